import AgeFile
import Glibc
import SignedNote
import Sodium
import Testing

@testable import Vault

// More than the ring holds, so that reading is under way when the sink is first called.
private let largeSize = 48 << 20

@Suite struct IngestSourceTests {
    private func seal(_ source: IngestSource, atFirstBytes act: () throws -> Void = {}) throws -> SealedContent {
        var calls = 0
        return try ContentSealer.seal(from: source, fileKey: .random()) { _ in
            calls += 1
            if calls == 1 { try act() }
        }
    }

    @Test func factsAreThoseOfTheFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("IMG 1.jpg", [1, 2, 3])
        shell("touch -d 2024-02-29T12:00:00Z '\(path)'")
        let source = try IngestSource(path: path)
        #expect(source.fileName == Array("IMG 1.jpg".utf8))
        #expect(source.size == 3)
        #expect(source.modified?.text == Array("2024-02-29T12:00:00Z".utf8))
        shell("touch -d 1960-01-01T00:00:00Z '\(path)'")
        #expect(try IngestSource(path: path).modified == nil)
    }

    @Test func whatIsNoRegularFileIsRefusedUnopened() throws {
        let folder = try TemporaryFolder()
        try folder.file("file", [1])
        try #require(symlink(folder.at("file"), folder.at("link")) == 0)
        try #require(symlink(folder.at("nothing"), folder.at("dangling")) == 0)
        try #require(mkfifo(folder.at("fifo"), 0o600) == 0)
        try #require(mkdir(folder.at("folder"), 0o700) == 0)
        let socketPath = folder.at("socket")
        shell("python3 -c 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' \(socketPath)")
        try #require(access(socketPath, F_OK) == 0)
        let paths = ["link", "link/", "dangling", "fifo", "folder", "folder/", "socket"].map { folder.at($0) }
        for path in paths + ["/dev/null", "/", "."] {
            let error = try failure { _ = try IngestSource(path: path) }
            #expect(error.code == .notARegularFile, "\(path)")
        }
    }

    @Test func whatCannotBeOpenedIsNamed() throws {
        let folder = try TemporaryFolder()
        for path in ["", folder.at("nothing"), folder.at("a\0b"), folder.at(String(repeating: "x", count: 300))] {
            let error = try failure { _ = try IngestSource(path: path) }
            #expect(error.code == .unreadable)
            #expect(error.systemError != 0)
        }
    }

    @Test func fileThatGrowsIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [UInt8](repeating: 1, count: largeSize))
        let error = try failure {
            _ = try seal(IngestSource(path: path)) { shell("printf x >> \(path)") }
        }
        #expect(error.code == .changedWhileReading)
    }

    @Test func fileThatGrowsForEverIsRefusedSoon() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [1])
        let source = try IngestSource(path: path)
        try #require(truncate(path, 1 << 40) == 0)
        let error = try failure { _ = try seal(source) }
        #expect(error.code == .changedWhileReading)
    }

    @Test func fileThatIsCutIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [UInt8](repeating: 1, count: largeSize))
        let error = try failure {
            _ = try seal(IngestSource(path: path)) { try #require(truncate(path, 1 << 20) == 0) }
        }
        #expect(error.code == .changedWhileReading)
    }

    @Test func fileThatIsOverwrittenAtItsSizeIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [UInt8](repeating: 1, count: largeSize))
        let error = try failure {
            _ = try seal(IngestSource(path: path)) { shell("printf x | dd of=\(path) conv=notrunc status=none") }
        }
        #expect(error.code == .changedWhileReading)
    }

    @Test func failureIsRepeatedAtEveryLaterPull() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [1])
        let source = try IngestSource(path: path)
        try folder.file("original", [1, 2])
        let stream = try PayloadStream(from: source, fileKey: .random())
        #expect(try stream.next { _ in })
        for _ in 0..<2 {
            #expect(throws: VaultError(.changedWhileReading, "")) { _ = try stream.next { _ in } }
        }
        #expect(throws: VaultError(.incomplete, "")) { _ = try stream.finish() }
    }

    @Test func fileThatIsOnlyReadByOthersIsTaken() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [UInt8](repeating: 1, count: largeSize))
        let content = try seal(IngestSource(path: path)) { shell("cat \(path) > /dev/null") }
        #expect(content.originalSize == UInt64(largeSize))
    }
}

@Suite struct MemoryTests {
    @Test(arguments: [0, 1, 65_536, 300_001]) func textOfTheProgramsOwnIsSealedWhole(_ size: Int) throws {
        var generator = SeededGenerator(seed: 5)
        let original = generator.bytes(size)
        let source = IngestSource(text: original)
        #expect(source.size == UInt64(size) && source.fileName == nil && source.modified == nil)
        #expect(source.withFile { $0 } == nil)
        let content = try ContentSealer.seal(from: source, fileKey: .random()) { _ in }
        #expect(content.originalDigest == SHA256.hash(original))
    }

    @Test func fileIsLentToBeOpenedOnceMore() throws {
        let folder = try TemporaryFolder()
        let source = try IngestSource(path: try folder.file("original", [1, 2, 3]))
        #expect(source.withFile { fcntl($0, F_GETFL) & O_ACCMODE } == O_RDONLY)
    }
}

@Suite struct StandardInputTests {
    @Test func slowPipeIsSealedWhole() throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 4)
        let original = generator.bytes(3 << 20 | 77)
        let path = try folder.file("original", original)
        let pipe = try #require(popen("head -c 100000 \(path); sleep 0.2; tail -c +100001 \(path)", "r"))
        let source = try IngestSource(inheriting: fileno(pipe))
        #expect(source.size == nil && source.fileName == nil && source.modified == nil)
        var payload: [UInt8] = []
        let content = try ContentSealer.seal(from: source, fileKey: .random()) { payload += $0 }
        pclose(pipe)
        #expect(content.originalDigest == SHA256.hash(original))
        #expect(content.payloadSize == UInt64(payload.count))
    }

    @Test func emptyPipeIsAnEmptyOriginal() throws {
        let pipe = try #require(popen("true", "r"))
        defer { pclose(pipe) }
        let content = try ContentSealer.seal(
            from: IngestSource(inheriting: fileno(pipe)), fileKey: .random(), to: { _ in })
        #expect(content.originalSize == 0)
        #expect(content.chunkCount == 1)
        #expect(content.payloadSize == 32)
    }

    @Test func nonBlockingPipeIsAwaited() throws {
        let pipe = try #require(popen("sleep 0.1; echo late", "r"))
        defer { pclose(pipe) }
        _ = fcntl(fileno(pipe), F_SETFL, O_NONBLOCK)
        let content = try ContentSealer.seal(
            from: IngestSource(inheriting: fileno(pipe)), fileKey: .random(), to: { _ in })
        #expect(content.originalDigest == SHA256.hash(Array("late\n".utf8)))
    }

    @Test func silentPipeCanBeGivenUp() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer {
            close(ends[0])
            close(ends[1])
        }
        let stream = try PayloadStream(from: IngestSource(inheriting: ends[0]), fileKey: .random())
        #expect(try stream.next { _ in })
        // The end of this test is the proof: the stream's threads are waited for.
    }

    @Test func restOfARedirectedFileIsTaken() throws {
        let folder = try TemporaryFolder()
        let descriptor = open(try folder.file("original", [1, 2, 3, 4, 5]), O_RDONLY)
        defer { close(descriptor) }
        lseek(descriptor, 2, SEEK_SET)
        let content = try ContentSealer.seal(
            from: IngestSource(inheriting: descriptor), fileKey: .random(), to: { _ in })
        #expect(content.originalDigest == SHA256.hash([3, 4, 5]))
    }

    @Test func deviceOrFolderAsInputIsRefused() throws {
        for path in ["/dev/zero", "/"] {
            let descriptor = open(path, O_RDONLY)
            defer { close(descriptor) }
            let error = try failure { _ = try IngestSource(inheriting: descriptor) }
            #expect(error.code == .notARegularFile)
        }
        let error = try failure { _ = try IngestSource(inheriting: 9999) }
        #expect(error.code == .unreadable)
    }
}
