import AgeFile
import AuditTrail
import Foundation
import LogFixture
import Sharing
import Testing

/// A vault's log in a folder: `bundle`, `keys`, `identity`, and a run of the command.
struct Stage {
    static let program: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().path + "/bevis-audit"
    }()

    let log = LogFixture()
    let folder: Folder
    let auditor = AgeIdentity.random()
    let owner: Person
    let officer: Person
    let matter: Matter
    let items: [Item]
    let lent: Lent

    init(officer name: String = "Officer") throws {
        folder = try Folder()
        try log.trust()
        owner = try log.person("Anna")
        officer = try log.person(name, role: "police", organisation: "Police, East")
        matter = try log.matter(of: owner)
        items = [try log.item(matter), try log.item(matter)]
        lent = try log.grant(matter, items, from: owner, to: officer)
        log.now += 60
        try log.open(officer, matter, lent, [items[0]], journal: "5100-2026", head: try log.checkpoint())
        log.now += 3_600
        try log.open(officer, matter, lent, [items[1]], .export, failures: [.rightMissing])
        try log.revoke(lent, by: owner)
    }

    /// Adds harmless leaves until the log has `size`.
    func grow(to size: UInt64) throws {
        while log.size < size {
            log.now += 1
            _ = try log.person("Somebody else")
        }
    }

    func write() throws {
        try folder.write(try log.bundle(for: auditor.recipient), in: "bundle")
        try folder.write(log.trustedKeys(), in: "keys")
        try folder.write(LogFixture.identityFile(auditor), to: "identity")
    }

    func run(_ command: String, _ more: [String] = [], keys: Bool = true) -> Folder.Answer {
        let identity = keys ? ["-i", "identity"] : []
        return folder.run(Stage.program, [command, "bundle", "--keys", "keys"] + identity + more)
    }

    func json(_ answer: Folder.Answer) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(answer.output.utf8))
        return try #require(value as? [String: Any])
    }

    /// The kinds of finding that `verify --json` names.
    func kinds(_ answer: Folder.Answer) throws -> [String] {
        let findings = try #require(try json(answer)["findings"] as? [[String: Any]])
        return findings.compactMap { $0["kind"] as? String }
    }
}
