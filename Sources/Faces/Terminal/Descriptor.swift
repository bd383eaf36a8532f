import Glibc

/// An open file that closes itself.
///
/// It belongs to one owner at a time; nothing here locks.
public final class Descriptor {
    /// The number that the system gave.
    public let number: Int32
    /// What to call the file in messages, fit for a terminal.
    public let name: String
    private let closesItself: Bool

    /// Takes over an open file.
    public init(owning number: Int32, name: String) {
        self.number = number
        self.name = name
        closesItself = true
    }

    private init(standard number: Int32, name: String) {
        self.number = number
        self.name = name
        closesItself = false
    }

    deinit { if closesItself { close(number) } }

    /// Standard input.
    public static func standardInput() -> Descriptor { Descriptor(standard: STDIN_FILENO, name: "standard input") }
    /// Standard output.
    public static func standardOutput() -> Descriptor { Descriptor(standard: STDOUT_FILENO, name: "standard output") }
    /// Standard error.
    public static func standardError() -> Descriptor { Descriptor(standard: STDERR_FILENO, name: "standard error") }
    /// A file that this process was started with, by its number.
    public static func inherited(_ number: Int32) -> Descriptor {
        Descriptor(standard: number, name: "file descriptor \(number)")
    }

    /// Opens a file for reading; `-` is standard input.
    /// - Throws: a failure that names the file.
    public static func reading(_ path: String) throws(CommandFailure) -> Descriptor {
        guard path != "-" else { return standardInput() }
        let name = Escaped.quoted(path)
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard number >= 0 else { throw .system("open", name, code: errno) }
        let descriptor = Descriptor(owning: number, name: name)
        guard descriptor.kind != S_IFDIR else { throw .system("read", name, code: EISDIR) }
        return descriptor
    }

    /// Whether it is a terminal.
    public var isTerminal: Bool { isatty(number) == 1 }

    /// What the system says about the file; `nil` if it says nothing.
    var status: stat? {
        var status = stat()
        return fstat(number, &status) == 0 ? status : nil
    }

    private var kind: mode_t { (status?.st_mode ?? 0) & S_IFMT }

    /// The length of a regular file; `nil` for pipes, terminals and devices.
    public var size: UInt64? {
        guard let status, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(max(0, status.st_size))
    }

    /// Reads what there is, at most the buffer's length; 0 at the end.
    /// - Throws: a failure that names the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(CommandFailure) -> Int {
        while true {
            let count = Glibc.read(number, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .system("read", name, code: errno) }
        }
    }

    /// Reads on until the buffer is full or the file ends.
    /// - Returns: how many bytes were read.
    /// - Throws: a failure that names the file.
    public func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(CommandFailure) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            guard count > 0 else { break }
            filled += count
        }
        return filled
    }

    /// Reads the whole of a small file.
    /// - Throws: a failure that names the file, also when it is longer than `limit`.
    public func readAll(limit: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var failure: CommandFailure?
        var isAtEnd = false
        while !isAtEnd, bytes.count <= limit {
            bytes += [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                do throws(CommandFailure) {
                    count = try fill(UnsafeMutableRawBufferPointer(buffer))
                } catch {
                    failure = error
                }
                isAtEnd = count < 65_536
            }
            if let failure { throw failure }
        }
        guard bytes.count <= limit else {
            throw CommandFailure(.refused, "\(name) is longer than \(ByteSize(UInt64(limit)).text)")
        }
        return bytes
    }

    /// Writes all bytes.
    /// - Throws: a failure that names the file; `outputClosed` when its reader has gone.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(CommandFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(number, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno != EINTR {
                throw .system("write", name, code: errno)
            }
        }
    }

    /// Writes a text in UTF-8.
    /// - Throws: as `write(_:)`.
    public func write(_ text: String) throws(CommandFailure) {
        var failure: CommandFailure?
        var text = text
        text.withUTF8 { bytes in
            do throws(CommandFailure) {
                try write(UnsafeRawBufferPointer(bytes))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Whether two open files are one and the same regular file.
    public func isSameFile(as path: String) -> Bool {
        var other = stat()
        guard let status, status.st_mode & S_IFMT == S_IFREG, stat(path, &other) == 0 else { return false }
        return status.st_dev == other.st_dev && status.st_ino == other.st_ino
    }
}
