import Terminal

/// Where sealed or opened bytes go: standard output, or a file that appears once it is complete.
final class Sink {
    private enum Kind {
        case standardOutput(Descriptor)
        case file(OutputFile)
    }

    private let kind: Kind
    /// Whether bytes that are not text must be held back from a terminal.
    let guardsTerminal: Bool

    /// Opens `path`; standard output where it is `nil` or `-`. Only `-` lets binary bytes through to a terminal.
    init(_ path: String?, replacing: Bool? = nil) throws(CommandFailure) {
        if let path, path != "-" {
            let file = try OutputFile(path, replacing: replacing)
            kind = .file(file)
            guardsTerminal = file.isTerminal
        } else {
            let output = Descriptor.standardOutput()
            kind = .standardOutput(output)
            guardsTerminal = path == nil && output.isTerminal
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(CommandFailure) {
        switch kind {
        case .standardOutput(let output): try output.write(bytes)
        case .file(let file): try file.write(bytes)
        }
    }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        try bytes.withUnsafeBufferPointer { buffer throws(CommandFailure) in try write(UnsafeRawBufferPointer(buffer)) }
    }

    /// Completes the file; without this a file never appears.
    func commit() throws(CommandFailure) {
        if case .file(let file) = kind { try file.commit() }
    }
}

/// Gathers the first failure of writes made from closures that cannot throw.
final class Relay {
    private let sink: Sink
    private(set) var failure: CommandFailure?
    private(set) var byteCount: UInt64 = 0

    init(_ sink: Sink) { self.sink = sink }

    func emit(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        do throws(CommandFailure) {
            if sink.guardsTerminal, Relay.holdsControl(bytes) {
                throw CommandFailure(
                    .usage, "will not write binary output to the terminal",
                    hint: "name a file with -o, or give -o - to have it written all the same")
            }
            try sink.write(bytes)
            byteCount += UInt64(bytes.count)
        } catch {
            failure = error
        }
    }

    /// Throws the failure gathered so far.
    func check() throws(CommandFailure) {
        if let failure { throw failure }
    }

    private static func holdsControl(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D || $0 == 0x7F }
    }
}
