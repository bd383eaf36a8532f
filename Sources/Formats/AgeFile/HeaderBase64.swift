import Sodium

extension Base64 {
    /// Decodes canonical base64, a failure being one of this module's.
    /// - Throws: an error of `code`.
    static func decode(
        _ text: [UInt8], _ padding: Padding, or code: AgeError.Code, _ reason: StaticString
    ) throws(AgeError) -> [UInt8] {
        try translating(code, reason) { () throws(SodiumError) in try decode(text, padding) }
    }
}
