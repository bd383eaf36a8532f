public import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import TransparencyLog

#if canImport(Glibc)
import Glibc
#endif

/// A failure of the fixture itself.
public struct FixtureError: Error {
    public let what: String

    public init(what: String) { self.what = what }
}

extension LogFixture {
    /// The files of a bundle for `auditor`, by path.
    public func bundle(for auditor: AgeRecipient, checkpoint: [UInt8]? = nil) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var writer = BundleWriter()
        func keep(_ made: [BundleWriter.File]) {
            for file in made { files[String(decoding: file.path, as: UTF8.self)] = file.bytes }
        }
        for (index, (entry, record)) in zip(entries, records).enumerated() {
            keep(try writer.append(entry: entry, record: record, head: heads[UInt64(index)]))
        }
        keep(try writer.finish(checkpoint: checkpoint ?? self.checkpoint()))
        files["policy"] = policy.text
        files["keys.age"] = try AgeFile.seal(auditKeys.text, to: [auditor]).bytes
        for (id, list) in lists { files[String(decoding: BundleLayout.list(id), as: UTF8.self)] = list }
        return files
    }

    /// The files of a folder with trusted keys.
    public func trustedKeys() -> [String: [UInt8]] {
        ["policy": policy.text, "operator": operatorSigner.verifierKey.text + [0x0A]]
    }

    /// An identity file as age writes it.
    public static func identityFile(_ identity: AgeIdentity) -> [UInt8] {
        identity.text.withUnsafeBytes { [UInt8]($0) } + [0x0A]
    }
}

/// A folder of its own, gone with the value's end.
public final class Folder {
    public let path: String

    public init() throws {
        var template = Array("/tmp/bevis-audit-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FixtureError(what: "no folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { _ = Folder.run("/bin/rm", ["-rf", path]) }

    /// Writes files, with the folders that they need.
    public func write(_ files: [String: [UInt8]], in folder: String) throws {
        for (name, bytes) in files { try write(bytes, to: folder + "/" + name) }
    }

    public func write(_ bytes: [UInt8], to name: String) throws {
        var made = path
        for part in name.split(separator: "/").dropLast() {
            made += "/" + part
            mkdir(made, 0o700)
        }
        guard let file = fopen(path + "/" + name, "w") else { throw FixtureError(what: "cannot write \(name)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw FixtureError(what: name) }
    }

    public func read(_ name: String) -> [UInt8] {
        guard let file = fopen(path + "/" + name, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    public func remove(_ name: String) { unlink(path + "/" + name) }

    /// What a program answered.
    public struct Answer {
        public let code: Int32
        public let output: String
        public let errors: String
    }

    /// Runs a program in the folder.
    public func run(_ program: String, _ arguments: [String], environment: [String] = []) -> Answer {
        let command = environment + [program] + arguments
        let quoted = command.map { word in
            "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
        let line = "cd '\(path)' && env TZ=Europe/Copenhagen \(quoted.joined(separator: " ")) >.out 2>.err </dev/null"
        let code = Folder.run("/bin/sh", ["-c", line])
        return Answer(
            code: code, output: String(decoding: read(".out"), as: UTF8.self),
            errors: String(decoding: read(".err"), as: UTF8.self))
    }

    static func run(_ program: String, _ arguments: [String]) -> Int32 {
        var pid = pid_t()
        let list = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for item in list { free(item) } }
        guard posix_spawn(&pid, program, nil, nil, list, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }
}
