public import ArgumentParser
import CTerminal
import Glibc

/// Where a command's `@main` type hands over: parses, runs, and ends the process with one of the `ExitStatus` codes.
public enum CommandEntry {
    /// Runs `root` with the process's arguments and ends the process.
    ///
    /// - Parameters:
    ///   - root: the command with its subcommands.
    ///   - explain: names failures of other modules for people; `nil` for those it does not know.
    public static func run<Root: ParsableCommand>(
        _ root: Root.Type, explain: @Sendable (any Error) -> CommandFailure? = { _ in nil }
    ) async -> Never {
        harden()
        var isParsing = true
        do {
            var command = try Root.parseAsRoot()
            isParsing = false
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: Report(error, of: Root.self, isParsing: isParsing, explain: explain), of: Root.self)
        }
        exit(ExitStatus.done.rawValue)
    }

    /// No core dumps, no crash reports and no look into this process's memory by others, new files for their owner
    /// alone, and a reader that goes away is an error of the write, not a signal. Programs started from here must
    /// reset SIGPIPE.
    public static func harden() {
        _ = terminal_forbid_dumps()
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        // Swift's crash reporter would print memory, and waits for ever where it may not look into the process.
        for crash in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(crash, SIG_DFL) }
    }

    private static func end<Root: ParsableCommand>(with report: Report, of root: Root.Type) -> Never {
        if let failure = report.failure, !failure.isQuiet {
            try? Descriptor.standardError().write(failure.text(tool: Root._commandName))
        }
        if let text = report.output { try? Descriptor.standardOutput().write(text + "\n") }
        exit(report.code)
    }
}

/// What an error thrown by a command means for the person and for the exit code.
struct Report {
    /// For standard error.
    private(set) var failure: CommandFailure?
    /// For standard output: help or version, asked for.
    private(set) var output: String?
    let code: Int32

    init<Root: ParsableCommand>(
        _ error: any Error, of root: Root.Type, isParsing: Bool, explain: (any Error) -> CommandFailure?
    ) {
        if let known = error as? CommandFailure ?? explain(error) {
            failure = known
            code = known.status.rawValue
            return
        }
        let exitCode = Root.exitCode(for: error)
        switch exitCode {
        case .success:
            let text = Root.fullMessage(for: error)
            output = text.isEmpty ? nil : text
            code = ExitStatus.done.rawValue
        case .validationFailure:
            failure = Report.usage(error, of: root)
            code = ExitStatus.usage.rawValue
        default:
            if isParsing {  // thrown by a `validate` or `transform`, and wrapped by the parser
                failure = Report.usage(error, of: root)
                code = ExitStatus.usage.rawValue
            } else if error is ExitCode {  // the command has spoken already
                code = exitCode.rawValue
            } else {
                failure = CommandFailure(
                    .unreachable, "an unexpected failure of kind \(type(of: error))",
                    hint: "please report this, with the command that was given")
                code = ExitStatus.unreachable.rawValue
            }
        }
    }

    private static func usage<Root: ParsableCommand>(_ error: any Error, of root: Root.Type) -> CommandFailure {
        let lines = Root.message(for: error).split(separator: "\n").map { Escaped.text(String($0)) }
        var message = lines.joined(separator: "; ")
        if message.dropFirst().first?.isLowercase == true {
            message = message.prefix(1).lowercased() + message.dropFirst()
        }
        if message.hasSuffix(".") { message.removeLast() }
        let usage = Root.fullMessage(for: error).split(separator: "\n").first { $0.hasPrefix("Usage: ") }
        return CommandFailure(
            .usage, message.isEmpty ? "wrong usage" : message,
            hint: usage.map { "usage: " + Escaped.text(String($0.dropFirst(7)), limit: .max) }
                ?? "see \(Root._commandName) --help")
    }
}
