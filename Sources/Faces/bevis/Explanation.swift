import AgeFile
import Terminal

/// Failures of the format modules in words for people.
enum Explanation {
    /// What to tell about an error that no command has explained; `nil` for unknown kinds.
    @Sendable
    static func of(_ error: any Error) -> CommandFailure? {
        (error as? AgeError).map { age($0, on: nil) }
    }

    /// What to tell about a failure with the age file, key or passphrase `object`.
    static func age(_ error: AgeError, on object: String?) -> CommandFailure {
        let message = (object.map { "\($0): " } ?? "") + error.reason.description
        switch error.code {
        case .noMatch: return CommandFailure(.refused, message, hint: "another identity or passphrase may open it")
        case .truncated: return CommandFailure(.refused, message, hint: "get a complete copy of the file")
        case .headerNotAuthentic, .payloadNotAuthentic, .malformedPayload, .wrongID:
            return CommandFailure(.refused, message, hint: "the file was altered or damaged; do not trust it")
        case .malformedHeader, .malformedArmor:
            return CommandFailure(.refused, message, hint: "this is no age file, or a damaged one")
        case .workFactorTooHigh: return CommandFailure(.refused, message)
        case .malformedKey, .noRecipients: return CommandFailure(.usage, message)
        case .unavailable: return CommandFailure(.unreachable, message, hint: "close other programs, then try again")
        }
    }
}

/// Runs `body` and names its failure on `object`.
func explaining<Result>(
    _ object: String?, _ body: () throws(AgeError) -> Result
) throws(CommandFailure) -> Result {
    do throws(AgeError) {
        return try body()
    } catch {
        throw Explanation.age(error, on: object)
    }
}
