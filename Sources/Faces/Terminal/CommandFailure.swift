/// The exit codes of every command.
public enum ExitStatus: Int32, Sendable {
    /// Done, or found intact.
    case done = 0
    /// Refused, or altered, or a rule is broken.
    case refused = 1
    /// The command was used wrongly.
    case usage = 2
    /// Something could not be read, written or reached.
    case unreachable = 3
    /// Something is missing, but nothing is altered.
    case incomplete = 4
}

/// Why a command ends without success, in words for the person at the terminal.
///
/// Never secrets or content. Names that come from elsewhere go through `Escaped` first.
public struct CommandFailure: Error, Equatable, Sendable {
    /// The exit code.
    public let status: ExitStatus
    /// What failed, on which object; lower case, no full stop.
    public let message: String
    /// What to do next; `nil` if there is nothing to say.
    public let hint: String?
    /// Whether the command ends without a word: the reader of its output went away.
    public let isQuiet: Bool

    /// A failure of its parts.
    public init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
        isQuiet = false
    }

    private init(quiet message: String) {
        status = .unreachable
        self.message = message
        hint = nil
        isQuiet = true
    }

    /// Whoever read standard output has gone, as `head` does.
    public static let outputClosed = CommandFailure(quiet: "the reader of the output has gone")

    /// What is printed on standard error: `tool: message`, then `  hint`.
    public func text(tool: String) -> String {
        guard let hint else { return "\(tool): \(message)\n" }
        return "\(tool): \(message)\n  \(hint)\n"
    }
}

extension CommandFailure: CustomStringConvertible {
    /// Message and hint on one line: what the argument parser shows when a value cannot be read.
    public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
