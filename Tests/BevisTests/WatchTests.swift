import Foundation
import Glibc
import Sodium
import Testing

/// What a watch does with files that change, vanish, repeat, and with being killed.
@Suite struct WatchTests {
    private func hash(_ bytes: [UInt8]) -> String { String(decoding: SHA256.hash(bytes).hex, as: UTF8.self) }

    /// Whether a process has a device's journal open.
    private func holdsJournal(_ process: pid_t) -> Bool {
        let folder = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name)
            return target?.hasSuffix("/journal.sqlite") ?? false
        }
    }

    private func hashes(_ world: Sandbox) async throws -> [String] {
        try await world.added().compactMap { $0["sha256"] as? String }.sorted()
    }

    @Test(arguments: [1, 2])
    func watchAndCustodianKilledAtAnyMomentTakeEachFileOnce(seed: UInt64) async throws {
        let world = try await World.copy()
        try await world.pair()
        try FileManager.default.createDirectory(atPath: world.path("cam"), withIntermediateDirectories: true)
        var random = SeededGenerator(seed: seed)
        var expected: [String] = []
        var environment = world.environment(of: "box")
        environment["BEVIS_VAULT"] = nil
        for round in 0..<12 {
            for number in 0..<2 {
                let name = "2026-11-22/\(10 + round)/hall/\(10 + number).00.mp4"
                expected.append(hash(try world.film(name, UInt32(round * 2 + number))))
            }
            let watch = try Command(folder: world.folder, environment: environment).start(
                ["bevis", "watch", world.path("cam"), "--layout", "frigate", "--settle", "0s", "--every", "1s"])
            // Once it is at work; the moment from there on is what is tried, not waited for.
            while !holdsJournal(watch) { usleep(1_000) }
            usleep(UInt32.random(in: 0...1_500_000, using: &random))
            if round % 3 == 2 {
                world.killCustodian()
                usleep(UInt32.random(in: 0...500_000, using: &random))
            }
            kill(watch, SIGKILL)
            waitpid(watch, nil, 0)
        }
        let before = try await world.added().count
        #expect(before > 0, "every watch was killed before it had taken anything")
        let last = try await world.watchOnce()
        #expect(last.status == 0, "\(last.err)")
        #expect(try await hashes(world) == expected.sorted())
        let complete = try await world.bevis("signe", "completeness", "Gangen", "--json")
        #expect(complete.status == 0, "\(complete.out)\(complete.err)")
        let facts = try #require(try complete.json() as? [String: Any])
        #expect(facts["numbers"] as? String == "0 to \(expected.count - 1)")
        #expect(facts["clips"] as? Int == expected.count)
        #expect(try await world.watchOnce().out.contains("taken") == false)
    }

    /// The proof of its clips is there as long as the log, whatever became of the owner's folder.
    @Test func completenessOfAWithdrawnDeviceIsStatedAfterARecoveryToo() async throws {
        let world = try await World.copy()
        try await world.pair()
        _ = try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        let devices = try #require(
            try await world.bevis("signe", "device", "list", "--json").json() as? [[String: Any]])
        let id = try #require(devices.first?["device"] as? String)
        try await world.prepare("signe", "device", "withdraw", "Gangen")
        let sheet = PersonTests.typedLines(String(decoding: try world.read("sheet.txt"), as: UTF8.self))
        let back = try await world.bevis(
            "later", "recover", "--name", "Signe Holm", input: Array((sheet.joined(separator: "\n") + "\n").utf8))
        #expect(back.status == 0, "\(back.err)")
        let stated = try await world.bevis("later", "completeness", String(id.prefix(12)), "--json")
        let facts = try #require(try stated.json() as? [String: Any], "\(stated.err)")
        #expect(facts["clips"] as? Int == 1)
    }

    @Test func halfWrittenFileIsTakenAsItIsAndAgainOnceFinished() async throws {
        let world = try await World.copy()
        try await world.pair()
        let whole = try World.original(3)
        let half = Array(whole.prefix(whole.count / 2))
        try world.putFilm("2026-11-22/18/hall/04.05.mp4", half)
        #expect(try await world.watchOnce().status == 0)
        try world.putFilm("2026-11-22/18/hall/04.05.mp4", whole)
        #expect(try await world.watchOnce().status == 0)
        #expect(try await hashes(world) == [hash(half), hash(whole)].sorted())
    }

    @Test func fileThatSomebodyStillWritesWaits() async throws {
        let world = try await World.copy()
        try await world.pair()
        let film = try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        let writer = open(world.path("cam/2026-11-22/18/hall/04.05.mp4"), O_WRONLY | O_APPEND | O_CLOEXEC)
        let waited = try await world.watchOnce()
        #expect(waited.status == 4)
        #expect(waited.err.contains("bevis: 1 file was not taken\n"), "\(waited.err)")
        #expect(try await world.added().isEmpty)
        #expect(write(writer, [1, 2, 3] as [UInt8], 3) == 3)
        close(writer)
        #expect(try await world.watchOnce().status == 0)
        #expect(try await hashes(world) == [hash(film + [1, 2, 3])])
    }

    @Test func replacedFileIsTakenAnewAndEqualBytesOnce() async throws {
        let world = try await World.copy()
        try await world.pair()
        let first = try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        let second = try world.film("2026-11-22/18/hall/04.05.mp4", 2)
        try world.putFilm("2026-11-22/19/hall/00.00.mp4", first)
        let watched = try await world.watchOnce()
        #expect(watched.status == 0, "\(watched.err)")
        #expect(
            watched.err.contains("not taken again: '2026-11-22/19/hall/00.00.mp4': its bytes were taken before\n"))
        #expect(try await hashes(world) == [hash(first), hash(second)].sorted())
        // Moved, and the journal knows the bytes: not a new clip.
        #expect(rename(world.path("cam/2026-11-22/19"), world.path("cam/2026-11-22/20")) == 0)
        #expect(try await world.watchOnce().status == 0)
        #expect(try await world.added().count == 2)
    }

    @Test func folderThatVanishesAndComesBackLosesNothing() async throws {
        let world = try await World.copy()
        try await world.pair()
        let first = try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        #expect(rename(world.path("cam"), world.path("away")) == 0)
        let missing = try await world.watchOnce()
        #expect(missing.status == 3)
        #expect(missing.err.contains("the folder is not there; waiting for it\n"), "\(missing.err)")
        #expect(mkdir(world.path("cam"), 0o700) == 0)
        #expect(try await world.watchOnce().status == 0)
        #expect(rmdir(world.path("cam")) == 0)
        #expect(rename(world.path("away"), world.path("cam")) == 0)
        let second = try world.film("2026-11-22/18/hall/05.05.mp4", 2)
        #expect(try await world.watchOnce().status == 0)
        #expect(try await hashes(world) == [hash(first), hash(second)].sorted())
    }

    @Test func originalsAreRemovedOnlyWhereAskedAndOnlyOnceTaken() async throws {
        let world = try await World.copy()
        try await world.pair()
        let film = try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        #expect(world.exists("cam/2026-11-22/18/hall/04.05.mp4"))
        try world.putFilm("late.mp4", [1, 2, 3])
        let writer = open(world.path("cam/late.mp4"), O_WRONLY | O_APPEND | O_CLOEXEC)
        let removed = try await world.watchOnce("--delete-after-receipt")
        #expect(removed.status == 4)
        #expect(removed.out.contains("removed '2026-11-22/18/hall/04.05.mp4'\n"), "\(removed.out)")
        #expect(!world.exists("cam/2026-11-22/18/hall/04.05.mp4"))
        #expect(world.exists("cam/late.mp4"))
        close(writer)
        #expect(try await world.bevis("signe", "open", "4", "-o", "-").outBytes == film)
    }

    @Test func linksAndSpecialFilesAreNeverTaken() async throws {
        let world = try await World.copy()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(symlink("/etc/passwd", world.path("cam/link.mp4")) == 0)
        #expect(symlink("/etc", world.path("cam/etc")) == 0)
        #expect(mkfifo(world.path("cam/pipe.mp4"), 0o600) == 0)
        let watched = try await world.watchOnce()
        #expect(watched.status == 4)
        #expect(watched.err.contains("never taken: 'link.mp4': this is a symbolic link, which is never followed\n"))
        #expect(watched.err.contains("never taken: 'etc': this is a symbolic link, which is never followed\n"))
        #expect(watched.err.contains("never taken: 'pipe.mp4': this is a named pipe, not a file\n"))
        #expect(try await world.added().count == 1)
        let list = try #require(
            try await world.prepare("signe", "device", "list", "--json").json() as? [[String: Any]])
        #expect(list.first?["warnings"] as? [String] == ["refused"])
    }

    @Test func secondWatchAndCopiedDeviceAreRefused() async throws {
        let world = try await World.copy()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        // A copy of the box as it was before: the same key, an older journal.
        #expect(try await world.tool("cp", "-a", "h-box", "h-copy").status == 0)
        #expect(try await world.watchOnce().status == 0)
        let copied = try await world.watchOnce(on: "copy")
        #expect(copied.status == 1)
        #expect(
            copied.err.contains("the custodian knows other records of this device than the device itself"),
            "\(copied.err)")
        #expect(try await world.added().count == 1)
        let environment = world.environment(of: "box")
        let first = try Command(folder: world.folder, environment: environment).start(
            ["bevis", "watch", world.path("cam"), "--layout", "none", "--settle", "0s", "--every", "1s"])
        defer {
            kill(first, SIGKILL)
            waitpid(first, nil, 0)
        }
        try world.film("2026-11-22/18/hall/06.05.mp4", 2)
        while try await world.added().count < 2 {}
        let second = try await world.watchOnce()
        #expect(second.status == 3)
        #expect(second.err.contains("another watch works with this device already"), "\(second.err)")
    }

    @Test func watchEndsCleanlyWhenToldTo() async throws {
        let world = try await World.copy()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        let watch = try Command(folder: world.folder, environment: world.environment(of: "box")).start(
            ["bevis", "watch", world.path("cam"), "--layout", "frigate", "--settle", "0s", "--every", "1s"])
        while try await world.added().isEmpty {}
        #expect(kill(watch, SIGTERM) == 0)
        var status: Int32 = 0
        waitpid(watch, &status, 0)
        #expect(status == 0)
    }

    @Test func wrongOptionsAreUsageErrors() async throws {
        let world = try await World.copy()
        for (words, message) in [
            (["--layout", "sony"], "there is no layout 'sony'"),
            (["--layout", "motion"], "the layout motion does not say in which zone its times are"),
            (["--layout", "frigate", "--zone", "UTC"], "the layout frigate takes no zone"),
            (["--layout", "motion", "--zone", "CET"], "'CET' is no time zone"),
        ] {
            let refused = try await world.bevis("box", ["watch", "cam"] + words)
            #expect(refused.status == 2)
            #expect(refused.err.hasPrefix("bevis: \(message)\n"), "\(refused.err)")
        }
    }
}

/// A reproducible source of chance (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
