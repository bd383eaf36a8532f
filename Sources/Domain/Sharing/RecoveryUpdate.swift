public import SignedNote
public import Sodium

/// Replaces the sealed keys of a case, as after a recovery on a new machine. Signed by the owner's key.
public struct RecoveryUpdate: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/recovery/v1"

    /// The case.
    public let caseID: CaseID
    /// SHA-256 of the age file that holds the keys.
    public let sealed: Digest
    /// When it was sealed.
    public let time: Timestamp

    /// An update of its fields.
    public init(caseID: CaseID, sealed: Digest, time: Timestamp) {
        self.caseID = caseID
        self.sealed = sealed
        self.time = time
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        caseID = try reader.hash("case")
        sealed = try reader.hash("sealed")
        time = try reader.timestamp("time")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("case", caseID)
        writer.add("sealed", sealed)
        writer.add("time", time)
    }
}
