import Sodium

/// Evidence of broken promises, kept under `evidence/HEX`; HEX is the beginning of SHA-256 of the file.
public struct EvidenceFolder: Sendable {
    private let home: HomeFolder

    /// The evidence in a home folder; nothing is read.
    public init(_ home: HomeFolder) { self.home = home }

    /// Keeps a piece of evidence; the same again changes nothing.
    /// - Returns: the file's path.
    /// - Throws: `HomeError.unreachable`, `.diskFull`.
    public func keep(_ evidence: [UInt8]) throws(HomeError) -> String {
        let digits = Hex.encode(SHA256.hash(evidence).bytes.array.prefix(8))
        let path = try home.makeFolder("evidence") + "/" + String(decoding: digits, as: UTF8.self)
        try StoredFile(path: path).replace(with: evidence)
        return path
    }
}
