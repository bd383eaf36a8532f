import Foundation
import Glibc

/// A throw-away folder with one vault and as many people as a test needs, each with a home of her own.
///
/// The path is short, for a socket's path has 107 bytes. When the sandbox goes, its custodian is killed.
final class Sandbox: Sendable {
    let folder: String
    var vault: String { folder + "/v" }
    static let passphrase = "four words made up"

    init() throws {
        var template = Array("/tmp/bv-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CommandError(description: "no temporary folder: error \(errno)") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try write("passphrase", Array((Sandbox.passphrase + "\n").utf8))
    }

    deinit {
        killCustodian()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// For a sandbox in a static, which is never released: its folder goes when this process is gone.
    func removeWithThisProcess() throws {
        let gone = "tail --pid=\(getpid()) -f /dev/null; rm -rf \"$0\""
        _ = try Command(folder: folder).start(["sh", "-c", gone, folder])
    }

    // MARK: Commands

    /// What `person` has in her environment.
    func environment(of person: String) -> [String: String] {
        [
            "BEVIS_HOME": folder + "/h-" + person, "BEVIS_VAULT": vault,
            "BEVIS_PASSPHRASE_FILE": folder + "/passphrase",
        ]
    }

    /// Runs `bevis` with `words` as `person`.
    @discardableResult
    func bevis(
        _ person: String, _ words: String..., input: [UInt8] = [], with extra: [String: String] = [:]
    ) async throws -> Outcome {
        try await bevis(person, words, input: input, with: extra)
    }

    @discardableResult
    func bevis(
        _ person: String, _ words: [String], input: [UInt8] = [], with extra: [String: String] = [:]
    ) async throws -> Outcome {
        let environment = environment(of: person).merging(extra) { $1 }
        return try await Command(folder: folder, environment: environment, input: input).run(["bevis"] + words)
    }

    /// Runs `bevis` for a set-up: anything but success is an error.
    @discardableResult
    func prepare(_ person: String, _ words: String..., input: [UInt8] = []) async throws -> Outcome {
        let outcome = try await bevis(person, words, input: input)
        guard outcome.status == 0 else {
            throw CommandError(description: "bevis \(words.joined(separator: " ")): \(outcome.err)")
        }
        return outcome
    }

    /// Runs another program in the folder.
    func tool(_ words: String..., input: [UInt8] = []) async throws -> Outcome {
        try await Command(folder: folder, input: input).run(words)
    }

    // MARK: Files

    func path(_ name: String) -> String { folder + "/" + name }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let made = FileManager.default.createFile(
            atPath: path(name), contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        guard made else { throw CommandError(description: "\(name) cannot be written") }
    }

    func read(_ name: String) throws -> [UInt8] { try Command.bytes(path(name)) }

    func exists(_ name: String) -> Bool { access(path(name), F_OK) == 0 }

    func names(in name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }

    // MARK: The custodian

    /// The process that holds the vault's lock; `nil` where none does.
    var custodian: pid_t? {
        let lock = open(vault + "/lock", O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { return nil }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) != 0 else { return nil }
        return (try? Command.bytes(vault + "/lock")).flatMap {
            pid_t(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Ends the custodian and waits until its lock is free.
    func killCustodian(_ signal: Int32 = SIGKILL) {
        guard let custodian, custodian > 1, custodian != getpid() else { return }
        kill(custodian, signal)
        let lock = open(vault + "/lock", O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { return }
        defer { close(lock) }
        // The lock falls when its holder is gone.
        while flock(lock, LOCK_EX) != 0, errno == EINTR {}
    }
}
