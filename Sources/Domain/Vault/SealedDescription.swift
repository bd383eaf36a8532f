public import AgeFile
public import Sharing
import SignedNote
import Sodium

/// A description as the custodian keeps it, and the key that opens it.
public struct SealedDescription: Sendable {
    /// The age file.
    public let file: SealedAgeFile
    /// The key that opens it; fresh for each.
    public let fileKey: FileKey

    /// What the ingest record says of it.
    public var facts: SealedFileFacts {
        SealedFileFacts(
            id: file.id, payloadSize: file.layout.payloadSize, chunkCount: file.layout.chunkCount,
            header: file.header.digest, keyCommitment: fileKey.commitment(to: file.id))
    }
}

extension Description {
    /// Seals the description to the case's recipient under a fresh file key.
    /// - Throws: `VaultError.malformed` when a field holds what no description may; `.unavailable` when the recipient
    ///   is no usable key.
    public func seal(to recipient: AgeRecipient) throws(VaultError) -> SealedDescription {
        do throws(NoteError) {
            try check()
        } catch {
            throw VaultError(.malformed, error.reason)
        }
        var text = self.text
        defer { Wipe.array(&text) }
        let fileKey = FileKey.random()
        do throws(AgeError) {
            return SealedDescription(file: try AgeFile.seal(text, fileKey: fileKey, to: [recipient]), fileKey: fileKey)
        } catch {
            throw VaultError(.unavailable, "the case's recipient cannot be sealed to")
        }
    }

    /// Opens a sealed description that the ingest record names as `id`.
    /// - Throws: `VaultError.wrongID` when `file` is another; `.notAuthentic` when the key does not open it;
    ///   `.malformed` when it is no description.
    public init(opening file: SealedAgeFile, id: AgeFileID, with fileKey: FileKey) throws(VaultError) {
        guard file.id == id else {
            throw VaultError(.wrongID, "the sealed description is not the one that the record names", at: .item(id))
        }
        let opened: SecretBytes
        do throws(AgeError) {
            opened = try file.open(fileKey)
        } catch {
            throw VaultError(.notAuthentic, "the key given does not open the description", at: .item(id))
        }
        var text = opened.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&text) }
        do throws(NoteError) {
            try self.init(parsing: text)
        } catch {
            throw VaultError(.malformed, error.reason, at: .item(id))
        }
    }
}
