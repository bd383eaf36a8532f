/// A file name that is safe on every system: made from whatever name an item brought with it.
///
/// ASCII letters, digits, `.`, `-`, `_` only; no leading dot or dash; no trailing dot; no name of a device; at most
/// 120 bytes, with the extension kept.
public struct SafeName: Hashable, Sendable {
    private static let limit = 120
    private static let extensionLimit = 16

    /// The name.
    public let text: String

    /// Makes a name from `bytes`, or from `fallback` where nothing of them can be kept.
    public init(_ bytes: some Sequence<UInt8>, fallback: StaticString = "item") {
        // Only what stands behind the last separator: a path is not part of a name.
        let all = Array(bytes)
        let last = all.split(whereSeparator: { $0 == 0x2F || $0 == 0x5C }).last.map(Array.init) ?? []
        var name: [UInt8] = []
        var decoder = UTF8Decoder(last)
        while let piece = decoder.next() { SafeName.append(piece.scalar, to: &name) }
        let trimmed = SafeName.trimmedEnd(name.drop { $0 == 0x2E || $0 == 0x2D || $0 == 0x5F })
        text = String(
            decoding: SafeName.cut(SafeName.unreserved(trimmed, fallback: fallback.description)), as: UTF8.self)
    }

    /// The name with a number before its extension, for a second file of the same name.
    public func numbered(_ number: Int) -> SafeName {
        let (stem, ending) = SafeName.split(Array(text.utf8))
        return SafeName(
            checked: String(decoding: stem, as: UTF8.self) + "-\(number)" + String(decoding: ending, as: UTF8.self))
    }

    private init(checked text: String) { self.text = text }

    private static func append(_ scalar: Unicode.Scalar?, to name: inout [UInt8]) {
        if let scalar, let letters = letters[scalar] { return name.append(contentsOf: letters.utf8) }
        guard let scalar, scalar.isASCII, isKept(UInt8(scalar.value)) else {
            if name.last != 0x5F { name.append(0x5F) }
            return
        }
        name.append(UInt8(scalar.value))
    }

    private static func isKept(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: return true
        default: return false
        }
    }

    private static let letters: [Unicode.Scalar: String] = [
        "æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae",
        "Ö": "Oe", "Ü": "Ue", "ß": "ss", "é": "e", "è": "e", "É": "E", "á": "a", "ð": "d", "þ": "th",
    ]

    private static func split(_ name: [UInt8]) -> (stem: ArraySlice<UInt8>, ending: ArraySlice<UInt8>) {
        guard let dot = name.lastIndex(of: 0x2E), dot > 0, name.count - dot <= extensionLimit else {
            return (name[...], [])
        }
        return (name[..<dot], name[dot...])
    }

    private static func cut(_ name: [UInt8]) -> [UInt8] {
        guard name.count > limit else { return name }
        let (stem, ending) = split(name)
        return trimmedEnd(stem.prefix(limit - ending.count)) + ending
    }

    private static func trimmedEnd(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var rest = name
        while let last = rest.last, last == 0x2E || last == 0x5F { rest = rest.dropLast() }
        return Array(rest)
    }

    private static func unreserved(_ name: [UInt8], fallback: String) -> [UInt8] {
        guard !name.isEmpty else { return Array(fallback.utf8) }
        let stem = String(decoding: name.prefix { $0 != 0x2E }, as: UTF8.self).lowercased()
        return isDevice(stem) ? [0x5F] + name : name
    }

    private static func isDevice(_ stem: String) -> Bool {
        if ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(stem) { return true }
        guard stem.count == 4, let last = stem.last, last.isNumber else { return false }
        return stem.hasPrefix("com") || stem.hasPrefix("lpt")
    }
}
