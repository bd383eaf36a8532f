/// Thirty-two bytes held in place, without a heap allocation: the storage of digests, ids and public keys.
public struct Bytes32: Hashable, Comparable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// Thirty-two zero bytes.
    public static let zero = Bytes32()

    private init() { words = (0, 0, 0, 0) }

    /// Copies exactly 32 bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ bytes: some Collection<UInt8>) throws(SodiumError) {
        guard bytes.count == 32 else { throw SodiumError(.wrongLength, "a value of 32 bytes was expected") }
        self.init()
        withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    }

    /// Lets `fill` write all 32 bytes.
    public init(filling fill: (UnsafeMutableRawBufferPointer) -> Void) {
        self.init()
        withUnsafeMutableBytes(fill)
    }

    /// The bytes in order.
    public var array: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    /// Lends the 32 bytes to `body`.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try Swift.withUnsafeBytes(of: words, body)
    }

    private mutating func withUnsafeMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        Swift.withUnsafeMutableBytes(of: &words, body)
    }

    public static func == (left: Bytes32, right: Bytes32) -> Bool {
        left.words == right.words
    }

    /// Lexicographic order of the bytes.
    public static func < (left: Bytes32, right: Bytes32) -> Bool {
        if left.words.0 != right.words.0 { return left.words.0.bigEndian < right.words.0.bigEndian }
        if left.words.1 != right.words.1 { return left.words.1.bigEndian < right.words.1.bigEndian }
        if left.words.2 != right.words.2 { return left.words.2.bigEndian < right.words.2.bigEndian }
        return left.words.3.bigEndian < right.words.3.bigEndian
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

/// A public value of 32 bytes with a meaning of its own: a digest, an id, a public key.
///
/// Each meaning is its own type, so that a case id can never be passed where an item id is expected.
public protocol Typed32: Hashable, Comparable, Sendable {
    /// The bytes.
    var bytes: Bytes32 { get }
    /// Gives bytes that are already 32 long this meaning.
    init(_ bytes: Bytes32)
}

extension Typed32 {
    /// Copies exactly 32 bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(copying bytes: some Collection<UInt8>) throws(SodiumError) {
        self.init(try Bytes32(bytes))
    }

    /// Reads 64 lower-case hexadecimal digits.
    /// - Throws: `SodiumError.malformedEncoding` or `.wrongLength`.
    public init(hex text: some Collection<UInt8>) throws(SodiumError) {
        self.init(try Bytes32(try Hex.decode(text)))
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: [UInt8] { Hex.encode(bytes.array) }

    /// Lexicographic order of the bytes.
    public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}
