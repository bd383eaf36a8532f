import AgeFile
import Glibc
import Sodium
import Testing

@testable import Vault

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite struct IngestPlanTests {
    @Test func foldersAreListedSortedWithTheirNames() throws {
        let folder = try TemporaryFolder()
        shell("cd \(folder.path) && mkdir -p in/b/c in/a && touch in/z in/b/c/2 in/b/c/10 in/a/x in/B single")
        let plan = IngestPlan([Array(folder.at("in/").utf8), Array(folder.at("single").utf8)])
        let names = plan.files.map { text($0.relativeName) }
        #expect(names == ["in/B", "in/a/x", "in/b/c/10", "in/b/c/2", "in/z", "single"])
        #expect(text(plan.files[1].path) == folder.at("in/a/x"))
        #expect(plan.refusals.isEmpty)
    }

    @Test func namelessFolderGivesBareNames() throws {
        let folder = try TemporaryFolder()
        try folder.file("x", [1])
        let plan = IngestPlan([Array(folder.at(".").utf8)])
        #expect(plan.files.map { text($0.relativeName) } == ["x"])
        #expect(try plan.files[0].open().size == 1)
    }

    @Test func linksAndSpecialFilesAreRefusedNotFollowed() throws {
        let folder = try TemporaryFolder()
        shell("cd \(folder.path) && mkdir -p in/sub out && touch out/secret in/sub/file && mkfifo in/fifo")
        shell("cd \(folder.path) && ln -s ../out in/link && ln -s out top && ln -s . in/sub/loop")
        let plan = IngestPlan([folder.at("in"), folder.at("top"), folder.at("gone")].map { Array($0.utf8) })
        #expect(plan.files.map { text($0.relativeName) } == ["in/sub/file"])
        let refused = plan.refusals.map { text($0.path) }
        #expect(refused == ["in/fifo", "in/link", "in/sub/loop", "top", "gone"].map { folder.at($0) })
        let codes = plan.refusals.map { $0.reason.code }
        #expect(codes == [.notARegularFile, .notARegularFile, .notARegularFile, .notARegularFile, .unreadable])
    }

    @Test func folderOnTheWayThatBecomesALinkIsNotFollowed() throws {
        let folder = try TemporaryFolder()
        shell("cd \(folder.path) && mkdir -p in/sub out && touch in/sub/file out/file")
        let plan = IngestPlan([Array(folder.at("in").utf8)])
        shell("cd \(folder.path) && rm -r in/sub && ln -s ../out in/sub")
        #expect(throws: (any Error).self) { _ = try plan.files[0].open() }
    }

    @Test func hostileNamesAreTakenVerbatim() throws {
        let folder = try TemporaryFolder()
        let names: [[UInt8]] = [
            Array("a\nb".utf8), Array("-rf".utf8), Array("...".utf8), Array("$(id)'\"".utf8), [0xFF, 0xFE, 0x80],
            Array("\u{202E}gpj.exe".utf8), [UInt8](repeating: 0x61, count: 255), [0x1B, 0x5B, 0x32, 0x4A], [0x5C],
        ]
        for (index, name) in names.enumerated() {
            let path = Array(folder.path.utf8) + [0x2F] + name + [0]
            let descriptor = path.withUnsafeBytes {
                open($0.bindMemory(to: CChar.self).baseAddress!, O_CREAT | O_WRONLY, 0o600)
            }
            try #require(descriptor >= 0)
            try #require(write(descriptor, [UInt8(index)], 1) == 1)
            close(descriptor)
        }
        let plan = IngestPlan([Array(folder.path.utf8)])
        #expect(plan.files.count == names.count)
        for file in plan.files {
            let source = try file.open()
            let name = try #require(source.fileName)
            let index = try #require(names.firstIndex(of: name))
            let content = try ContentSealer.seal(from: source, fileKey: .random(), to: { _ in })
            #expect(content.originalDigest == SHA256.hash([UInt8(index)]))
        }
    }

    @Test func pathsLongerThanTheSystemTakesAreRead() throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "d", count: 200)
        let descend = "for i in $(seq 60); do mkdir \(name) && cd -P \(name) || exit 1; done"
        try #require(shell("cd \(folder.path) && \(descend); echo deep > file") == 0)
        let plan = IngestPlan([Array(folder.at(name).utf8)])
        #expect(plan.refusals.isEmpty)
        let file = try #require(plan.files.first)
        #expect(file.path.count > 12_000)
        let content = try ContentSealer.seal(from: file.open(), fileKey: .random(), to: { _ in })
        #expect(content.originalDigest == SHA256.hash(Array("deep\n".utf8)))
        // As an argument of its own, too.
        #expect(try IngestSource(path: file.path).size == 5)
    }

    @Test func foldersNestedBeyondReasonAreRefused() throws {
        let folder = try TemporaryFolder()
        try #require(shell("cd \(folder.path) && for i in $(seq 510); do mkdir d && cd -P d || exit 1; done") == 0)
        let plan = IngestPlan([Array(folder.path.utf8)])
        #expect(plan.files.isEmpty)
        #expect(plan.refusals.map { $0.reason.code } == [.tooDeep])
    }
}
