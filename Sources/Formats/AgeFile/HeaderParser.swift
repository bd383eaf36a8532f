import Sodium

/// Reads the grammar of an age header (age.md, "Header"; formats A1) from the beginning of a buffer.
struct HeaderParser {
    private static let version = [UInt8]("age-encryption.org/v1\n".utf8)
    private static let columns = 64

    private let bytes: [UInt8]
    private var position = 0

    /// The stanzas in order; at least one.
    private(set) var stanzas: [Stanza] = []
    /// Number of bytes that the MAC covers: through `---`.
    private(set) var coveredCount = 0
    /// The MAC as it stands.
    private(set) var mac = AuthenticationCode(.zero)
    /// Length of the header through the LF behind the MAC.
    var count: Int { position }

    /// - Throws: `AgeError.malformedHeader`, or `.truncated` when the buffer ends inside the header.
    init(_ bytes: [UInt8]) throws(AgeError) {
        self.bytes = bytes
        try readVersion()
        repeat { stanzas.append(try readStanza()) } while try !nextIsMAC()
        try readMAC()
        guard stanzas.count == 1 || !stanzas.contains(where: { $0.isScrypt }) else {
            throw AgeError(.malformedHeader, "a passphrase stanza must stand alone")
        }
    }

    private mutating func readVersion() throws(AgeError) {
        let expected = HeaderParser.version
        guard expected.starts(with: bytes.prefix(expected.count)) else {
            throw AgeError(.malformedHeader, "the file does not begin as an age v1 file does")
        }
        guard bytes.count >= expected.count else { throw HeaderParser.truncated }
        position = expected.count
    }

    private mutating func readStanza() throws(AgeError) -> Stanza {
        let line = try readLine()
        guard line.starts(with: [0x2D, 0x3E, 0x20]) else {
            throw AgeError(.malformedHeader, "a stanza does not begin with an arrow and a space")
        }
        var arguments: [[UInt8]] = []
        for argument in line.dropFirst(3).split(separator: 0x20, omittingEmptySubsequences: false) {
            guard !argument.isEmpty, argument.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw AgeError(.malformedHeader, "a stanza's argument is empty or not printable")
            }
            arguments.append([UInt8](argument))
        }
        return try Stanza(arguments: arguments, body: try readBody())
    }

    private mutating func readBody() throws(AgeError) -> [UInt8] {
        var text: [UInt8] = []
        while true {
            let line = try readLine()
            guard line.count <= HeaderParser.columns else {
                throw AgeError(.malformedHeader, "a stanza's body has a line of more than 64 columns")
            }
            text += line
            guard line.count == HeaderParser.columns else { break }
        }
        return try decode(text)
    }

    /// Whether `---` comes next; anything but that or a stanza is found out where it is read.
    private func nextIsMAC() throws(AgeError) -> Bool {
        guard position + 2 <= bytes.count else { throw HeaderParser.truncated }
        return bytes[position] == 0x2D && bytes[position + 1] == 0x2D
    }

    private mutating func readMAC() throws(AgeError) {
        coveredCount = position + 3
        let line = try readLine()
        guard line.count == 4 + 43, line.starts(with: [0x2D, 0x2D, 0x2D, 0x20]) else {
            throw AgeError(.malformedHeader, "the header does not end in three dashes, a space and 43 characters")
        }
        let value = try decode([UInt8](line.dropFirst(4)))
        mac = AuthenticationCode(Bytes32 { $0.copyBytes(from: value) })
    }

    private func decode(_ text: [UInt8]) throws(AgeError) -> [UInt8] {
        try Base64.decode(text, .unpadded, or: .malformedHeader, "base64 in the header is not canonical")
    }

    /// The bytes up to the next LF, which is passed over.
    private mutating func readLine() throws(AgeError) -> ArraySlice<UInt8> {
        guard let end = bytes[position...].firstIndex(of: 0x0A) else { throw HeaderParser.truncated }
        defer { position = end + 1 }
        return bytes[position..<end]
    }

    private static let truncated = AgeError(.truncated, "the bytes end inside the header")
}
