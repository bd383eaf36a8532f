/// Questions at the terminal, each answered on a line; an empty answer skips.
public struct Dialogue {
    private let prompt: Prompt

    /// A dialogue with the person at the terminal.
    /// - Throws: a usage failure where there is none.
    public init() throws(CommandFailure) { prompt = try Prompt() }

    /// Shows a line.
    /// - Throws: `CommandFailure`, as a write does.
    public func tell(_ text: String) throws(CommandFailure) { try prompt.show(text + "\n") }

    /// Asks; `nil` for an empty answer.
    /// - Throws: a refusal when the terminal closes without an answer.
    public func ask(_ question: String) throws(CommandFailure) -> String? {
        let answer = try prompt.line(question + ": ")
        return answer.allSatisfy { $0 == " " || $0 == "\t" } ? nil : answer
    }

    /// Asks until there is an answer that `read` takes; tells why it does not take one.
    /// - Throws: a refusal when the terminal closes without an answer.
    public func demand<Value>(
        _ question: String, _ read: (String) throws(CommandFailure) -> Value
    ) throws(CommandFailure) -> Value {
        while true {
            guard let answer = try ask(question) else { continue }
            do throws(CommandFailure) { return try read(answer) } catch { try tell(error.description) }
        }
    }
}
