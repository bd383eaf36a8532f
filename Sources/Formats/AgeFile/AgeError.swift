import Sodium

/// What was wrong with an age file, a key or a passphrase. Two errors are equal when their codes are.
///
/// Messages are constant text: they never carry keys, passphrases or plaintext.
public struct AgeError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// The header breaks its grammar, or a stanza of a known type breaks that type's rules.
        case malformedHeader
        /// No identity and no passphrase given fits any stanza.
        case noMatch
        /// A file key was unwrapped, but the header's MAC is not this key's.
        case headerNotAuthentic
        /// The payload cannot be one: an impossible length, bytes after the last chunk, an empty last chunk.
        case malformedPayload
        /// A sealed chunk does not match its tag.
        case payloadNotAuthentic
        /// The bytes end too early: more are needed, or the last chunk is missing.
        case truncated
        /// A passphrase stanza asks for more work than allowed; nothing was derived.
        case workFactorTooHigh
        /// A recipient, an identity or a passphrase is not a usable key.
        case malformedKey
        /// Armored text breaks its grammar.
        case malformedArmor
        /// Bytes or hashes do not belong to the file that the id names.
        case wrongID
        /// There was nobody to seal to.
        case noRecipients
        /// The machine could not do the work, usually for want of memory.
        case unavailable
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence without secrets.
    public let reason: StaticString

    /// Creates an error; `reason` says what failed and on which kind of object.
    public init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: AgeError, right: AgeError) -> Bool { left.code == right.code }
}

/// Runs `body` and names its failure in this module's terms.
func translating<Result>(
    _ code: AgeError.Code, _ reason: StaticString, _ body: () throws(SodiumError) -> Result
) throws(AgeError) -> Result {
    do throws(SodiumError) {
        return try body()
    } catch {
        throw AgeError(error.code == .unavailable ? .unavailable : code, reason)
    }
}

extension [UInt8] {
    /// Lends the bytes to a closure with typed errors.
    func lend<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { buffer throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
