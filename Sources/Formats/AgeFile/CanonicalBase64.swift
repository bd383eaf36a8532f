import Sodium

extension Base64 {
    /// Decodes canonical base64, of which every other spelling is refused.
    ///
    /// libsodium 1.0.18 takes the bytes C1, AB and AF for `A`, `+` and `/` where `char` is signed. A header's MAC does
    /// not cover its own text, so that one header would have several spellings.
    /// - Throws: an error of `code`.
    static func decode(
        _ text: [UInt8], _ padding: Padding, or code: AgeError.Code, _ reason: StaticString
    ) throws(AgeError) -> [UInt8] {
        guard text.allSatisfy({ $0 < 0x80 }) else { throw AgeError(code, reason) }
        return try translating(code, reason) { () throws(SodiumError) in try decode(text, padding) }
    }
}
