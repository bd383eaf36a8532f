import Glibc

extension CommandFailure {
    /// The failure of a system call, in words.
    ///
    /// - Parameters:
    ///   - doing: what was tried, as in "read" or "write".
    ///   - object: on what, already fit for a terminal.
    ///   - code: the value of `errno`.
    public static func system(_ doing: String, _ object: String, code: Int32) -> CommandFailure {
        let what = "cannot \(doing) \(object)"
        switch code {
        case EPIPE: return .outputClosed
        case ENOSPC, EDQUOT:
            return CommandFailure(.unreachable, "\(what): the disk is full", hint: "make room, then try again")
        case EFBIG:
            return CommandFailure(
                .unreachable, "\(what): it grows beyond what the file system or a limit allows",
                hint: "write to another disk")
        case ENOENT: return CommandFailure(.unreachable, "\(what): there is no such file or folder")
        case EACCES, EPERM:
            return CommandFailure(.unreachable, "\(what): permission denied", hint: "check whose file or folder it is")
        case EROFS: return CommandFailure(.unreachable, "\(what): the disk is read-only")
        case EISDIR: return CommandFailure(.usage, "\(what): it is a folder")
        case ENOTDIR: return CommandFailure(.usage, "\(what): a part of the path is not a folder")
        case ELOOP, EXDEV:
            return CommandFailure(.refused, "\(what): a link leads out of the folder", hint: "use an empty folder")
        case EEXIST: return CommandFailure(.refused, "\(what): it exists already")
        case EIO:
            return CommandFailure(.unreachable, "\(what): the disk reports an error", hint: "do not trust this disk")
        default: return CommandFailure(.unreachable, "\(what): \(reason(code))")
        }
    }

    private static func reason(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "system error \(code)" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }
}
