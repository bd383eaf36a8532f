import CTerminal
import Glibc
import Sodium

/// The terminal that the person sits at, whatever standard input and output are connected to.
struct Prompt {
    private static let longestLine = 4_096
    private let terminal: Descriptor

    /// Opens the controlling terminal.
    /// - Throws: a usage failure where there is none.
    init() throws(CommandFailure) {
        let number = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard number >= 0 else {
            throw CommandFailure(.usage, "there is no terminal to ask at")
        }
        terminal = Descriptor(owning: number, name: "the terminal")
    }

    /// Shows a text.
    /// - Throws: `CommandFailure`, as a write does.
    func show(_ text: String) throws(CommandFailure) { try terminal.write(text) }

    /// Asks for a line that may be seen.
    /// - Throws: a refusal when the terminal closes without an answer.
    func line(_ prompt: String) throws(CommandFailure) -> String {
        try terminal.write(prompt)
        guard let line = try SecretLine.read(from: terminal, limit: Prompt.longestLine) else { throw Prompt.noAnswer }
        return line.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks for a line that is not shown while it is typed.
    /// - Throws: a refusal when the terminal closes without an answer.
    func secret(_ prompt: String) throws(CommandFailure) -> SecretBytes {
        guard terminal_hide(terminal.number) == 0 else { throw .system("hide typing on", terminal.name, code: errno) }
        defer { terminal_show() }
        // After hiding: what was typed ahead would have been shown.
        try terminal.write(prompt)
        let line = try SecretLine.read(from: terminal, limit: Prompt.longestLine)
        try terminal.write("\n")
        guard let line else { throw Prompt.noAnswer }
        return line
    }

    private static let noAnswer = CommandFailure(.refused, "no answer was given: nothing was done")
}

/// Reads one line of secret text, byte by byte, so that what follows stays for the next reader.
enum SecretLine {
    /// The line without its line feed, and without the carriage return before that; `nil` when nothing is left.
    /// - Throws: `CommandFailure`, also for a line longer than `limit`.
    static func read(from descriptor: Descriptor, limit: Int) throws(CommandFailure) -> SecretBytes? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: limit + 1, alignment: 1)
        defer {
            Wipe.memory(buffer)
            buffer.deallocate()
        }
        var count = 0
        var isEnded = false
        while !isEnded {
            guard count <= limit else { throw CommandFailure(.usage, "the line from \(descriptor.name) is too long") }
            let one = UnsafeMutableRawBufferPointer(rebasing: buffer[count..<count + 1])
            guard try descriptor.read(into: one) == 1 else {
                if count == 0 { return nil }
                break
            }
            isEnded = buffer[count] == 0x0A
            if !isEnded { count += 1 }
        }
        if count > 0, buffer[count - 1] == 0x0D { count -= 1 }
        return SecretBytes(copying: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
}
