public import Sodium

/// The files of a BagIt bag (RFC 8493) that speak of its other files.
public struct BagManifest: Sendable {
    private var lines: [(path: [UInt8], digest: Digest)] = []
    /// Bytes of all files named.
    public private(set) var byteCount: UInt64 = 0

    /// A manifest that names nothing yet.
    public init() {}

    /// Number of files named.
    public var count: Int { lines.count }

    /// Names a file. Paths are ASCII without line feed, carriage return or percent sign, which would need an escape.
    public mutating func add(_ path: [UInt8], _ digest: Digest, size: UInt64) {
        lines.append((path, digest))
        byteCount += size
    }

    /// A line for each file, in the order of the paths' bytes.
    public var text: [UInt8] {
        lines.sorted { $0.path.lexicographicallyPrecedes($1.path) }
            .flatMap { $0.digest.hex + [0x20, 0x20] + $0.path + [0x0A] }
    }

    /// What every bag begins with.
    public static let declaration = Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)

    /// Facts for people: the day, how much there is, and which folder of how many.
    public func info(day: [UInt8], volume: UInt64, of volumes: UInt64) -> [UInt8] {
        var text = Array("Bagging-Date: ".utf8) + day
        text += Array("\nPayload-Oxum: \(byteCount).\(count)\n".utf8)
        if volumes > 1 { text += Array("Bag-Count: \(volume) of \(volumes)\n".utf8) }
        return text
    }
}
