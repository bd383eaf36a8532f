import SignedNote
import Sodium

/// A note of some text under the signature lines of another note.
func forge(_ text: [UInt8], like note: [UInt8]) -> [UInt8] {
    let lines = note.split(separator: 0x0A, omittingEmptySubsequences: false)
    let signatures = lines.reversed().dropFirst().prefix { $0.starts(with: "\u{2014} ".utf8) }.reversed()
    return text + [0x0A] + signatures.flatMap { $0 + [0x0A] }
}

/// The same note with one more signature line, of a key that nobody asked for: same text, other bytes.
func withStrangersLine(_ note: UnverifiedNote) throws -> [UInt8] {
    note.adding(try makeSigner("passer-by").signature(over: note.text)).bytes
}

/// The same note, the last byte of its last signature changed.
func withBrokenSignature(_ note: [UInt8]) -> [UInt8] {
    var bytes = note
    let place = bytes.count - 6  // before padding and line feed
    bytes[place] = bytes[place] == 0x41 ? 0x42 : 0x41
    return bytes
}
