import AgeFile
import AuditTrail
import Dispatch
import Glibc
import LogFixture
import MerkleTree
import Sharing
import SignedNote
import Sodium

/// Writes a bundle of many requests for `bevis-audit verify` to be timed on, and times the bare signature checks that
/// it contains: `AuditBench FOLDER LEAVES [GRANTS] [heads]`.
@main
enum AuditBench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let count = UInt64(arguments[2]) else {
            print("usage: AuditBench FOLDER LEAVES [GRANTS] [heads]")
            exit(2)
        }
        let grants = arguments.count > 3 ? Int(arguments[3]) ?? 100 : 100
        let bench = try Generator(folder: arguments[1], grants: grants, withHeads: arguments.contains("heads"))
        try bench.write(count)
        let start = ContinuousClock.now
        let checks = bench.bareChecks(20_000)
        print("bare signature check: \((ContinuousClock.now - start) / checks) on one core")
    }
}

/// Many requests under some grants, made on all processors.
final class Generator {
    private let folder: String
    private let withHeads: Bool
    private let log: LogFixture
    private let auditor = AgeIdentity.random()
    private let matter: Matter
    private let items: [Item]
    private let officers: [Person]
    private let grants: [Lent]
    private var writer = BundleWriter()
    private var tree = TreeBuilder()
    /// Openings to a transaction, and so to a checkpoint that is kept.
    private static let shared = 64

    init(folder: String, grants count: Int, withHeads: Bool) throws {
        self.folder = folder
        self.withHeads = withHeads
        let log = LogFixture()
        try log.trust()
        let owner = try log.person("Anna")
        let officers = try (0..<8).map { try log.person("Officer \($0)", role: "police", organisation: "Police") }
        let matter = try log.matter(of: owner)
        let items = try (0..<20).map { _ in try log.item(matter) }
        grants = try (0..<count).map {
            try log.grant(matter, items, from: owner, to: officers[$0 % officers.count])
        }
        self.log = log
        self.officers = officers
        self.matter = matter
        self.items = items
    }

    private struct Made: Sendable {
        let leaf: Leaf
        let sealed: [UInt8]
    }

    private struct Plan: Sendable {
        let record: Record
        let notes: [[UInt8]]
        let key: StreamKey
    }

    func write(_ count: UInt64) throws {
        for (entry, record) in zip(log.entries, log.records) { try take(entry, record) }
        var numbers = [UInt64](repeating: 0, count: grants.count)
        while writer.size < count {
            let batch = Int(min(4096, count - writer.size))
            let head = withHeads ? try log.checkpoint(size: writer.size, root: writer.root) : nil
            log.now += 60
            var places: [(Int, UInt64)] = []
            for index in 0..<batch {
                let place = (index &* 7919 + batch) % grants.count
                numbers[place] += 1
                places.append((place, numbers[place]))
            }
            for (index, made) in make(places, head).enumerated() {
                let isLast = index + 1 == batch || (index + 1) % Generator.shared == 0
                try take(made.leaf.entry, made.sealed, keepsHead: isLast)
            }
        }
        for file in try writer.finish(checkpoint: log.checkpoint(size: writer.size, root: writer.root)) {
            try put(file.bytes, String(decoding: file.path, as: UTF8.self))
        }
        try put(try AgeFile.seal(log.auditKeys.text, to: [auditor.recipient]).bytes, "keys.age")
        for (id, list) in log.lists { try put(list, String(decoding: BundleLayout.list(id), as: UTF8.self)) }
        for (name, bytes) in log.trustedKeys() { try put(bytes, "../keys/" + name) }
        try put(LogFixture.identityFile(auditor), "../identity")
    }

    private func make(_ places: [(Int, UInt64)], _ head: [UInt8]?) -> [Made] {
        nonisolated(unsafe) let this = self
        return [Made](unsafeUninitializedCapacity: places.count) { buffer, count in
            nonisolated(unsafe) let base = buffer.baseAddress
            DispatchQueue.concurrentPerform(iterations: places.count) { index in
                guard let made = try? this.make(places[index].0, places[index].1, head) else { exit(1) }
                base?.advanced(by: index).initialize(to: made)
            }
            count = places.count
        }
    }

    private func make(_ place: Int, _ number: UInt64, _ head: [UInt8]?) throws -> Made {
        let lent = grants[place]
        let officer = officers[place % officers.count]
        let note = try log.requestNote(officer, matter, lent, [items[Int(number) % items.count].id], head: head)
        let record = Record(
            stream: lent.stream, number: number, time: log.time, event: .opened, actor: officer.hash,
            notes: [note.hash, lent.note.hash], items: note.body.items)
        let disclosed = DisclosedRecord(
            record: record, salt: Random.value(), notes: [note.bytes] + (number == 1 ? [lent.note.bytes] : []))
        return Made(leaf: disclosed.leaf(in: lent.key), sealed: try disclosed.sealed(to: lent.key))
    }

    private func take(_ entry: [UInt8], _ record: [UInt8]?, keepsHead: Bool = false) throws {
        tree.append(.leaf(entry))
        let head = keepsHead ? try log.checkpoint(size: tree.count, root: tree.root) : nil
        for file in try writer.append(entry: entry, record: record, head: head) {
            try put(file.bytes, String(decoding: file.path, as: UTF8.self))
        }
    }

    private func put(_ bytes: [UInt8], _ name: String) throws {
        var made = ""
        for part in (folder + "/bundle/" + name).split(separator: "/").dropLast() {
            made += "/" + part
            mkdir(made, 0o700)
        }
        guard let file = fopen(folder + "/bundle/" + name, "w") else { throw FixtureError(what: name) }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw FixtureError(what: name) }
    }

    /// Verifies one signature over and over.
    func bareChecks(_ count: Int) -> Int {
        guard let note = try? log.requestNote(officers[0], matter, grants[0], [items[0].id]) else { exit(1) }
        var good = 0
        for _ in 0..<count where (try? note.note.verified(by: [officers[0].signer.verifierKey])) != nil { good += 1 }
        return good
    }
}
