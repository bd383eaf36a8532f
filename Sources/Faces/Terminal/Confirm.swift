/// Asks before something is lost.
public enum Confirm {
    /// Asks `question` on the terminal and returns if the answer is `y` or `yes`.
    ///
    /// - Parameters:
    ///   - question: what is about to happen, such as "erase item 3 for good"; without a question mark.
    ///   - yes: whether `--yes` was given: then nobody is asked.
    ///   - otherwise: what to do where there is no terminal; `--yes` without it.
    /// - Throws: a refusal when the answer is anything else; a usage failure where there is no terminal to ask at.
    public static func ask(
        _ question: String, yes: Bool, otherwise: String = "give --yes if that is what you want"
    ) throws(CommandFailure) {
        guard !yes else { return }
        let prompt: Prompt
        do throws(CommandFailure) {
            prompt = try Prompt()
        } catch {
            throw CommandFailure(
                .usage, "cannot ask whether to \(question): there is no terminal",
                hint: otherwise)
        }
        let answer = try prompt.line("\(question)? [y/N] ").lowercased()
        guard answer == "y" || answer == "yes" else {
            throw CommandFailure(.refused, "not confirmed: nothing was done")
        }
    }
}
