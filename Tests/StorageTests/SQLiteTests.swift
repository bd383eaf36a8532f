import Foundation
import Sodium
import Storage
import Testing

@testable import StorageSQLite

struct SQLiteTests {
    /// As on a full disk: nothing of the transaction counts, the store says so by its own error, and goes on working.
    @Test func fullDiskVoidsTheWholeTransactionAndNothingElse() async throws {
        let places = try Places()
        do {
            let store = try SQLiteRecords(try places.folder("full"), pageLimit: 60)
            try await store.transaction { try $0.setSetting("kept", [1]) }
            for _ in 0..<3 {
                let error = try await failure {
                    try await store.transaction { records in
                        try records.setSetting("lost", [1])
                        try records.attempt { try records.setSetting("long", Random.bytes(1 << 20)) }
                    }
                }
                #expect(error?.code == .full)
                #expect(try await store.read { try $0.setting("lost") } == nil)
                #expect(try await store.read { try $0.setting("kept") } == [1])
            }
            try await store.transaction { try $0.setSetting("small", [2]) }
        }
        let store = try places.folder("full").records()
        let values = try await store.read { records in
            try ["kept", "lost", "long", "small"].map { try records.setting($0) }
        }
        #expect(values == [[1], nil, nil, [2]])
    }

    /// SQLite undoes the whole transaction by itself here: going on would write outside of any transaction.
    @Test func goingOnAfterAFullDiskInAnAttemptWritesNothing() async throws {
        let places = try Places()
        let store = try SQLiteRecords(try places.folder("attempt"), pageLimit: 60)
        let error = try await failure {
            try await store.transaction { records in
                let inner = try failure {
                    try records.attempt { try records.setSetting("long", Random.bytes(1 << 20)) }
                }
                #expect(inner?.code == .full)
                try records.attempt { try records.setSetting("next", [1]) }
            }
        }
        #expect(error?.isOfTheWholeStore == true)
        #expect(try await store.read { try $0.setting("next") } == nil)
    }

    private func open(_ places: Places, steps: [String]) throws -> SQLiteRecords {
        try SQLiteRecords(try places.folder("layout"), steps: steps)
    }

    /// A vault of an earlier layout takes the steps that it lacks, with everything in it; an earlier program then
    /// refuses it and changes nothing.
    @Test func earlierLayoutIsBroughtUpAndALaterOneRefused() async throws {
        let places = try Places()
        let more = ["CREATE TABLE later (x);", "INSERT INTO setting VALUES ('step', x'03'); DROP TABLE later;"]
        try await open(places, steps: Schema.steps).transaction { try $0.setSetting("kept", [1]) }
        for _ in 0..<2 {
            let values = try await open(places, steps: Schema.steps + more).read { records in
                try ["kept", "step"].map { try records.setting($0) }
            }
            #expect(values == [[1], [3]])
        }
        let refused = try failure { _ = try open(places, steps: Schema.steps + more.prefix(1)) }
        #expect(refused?.code == .notAVault)
        #expect(try await open(places, steps: Schema.steps + more).read { try $0.setting("kept") } == [1])
    }

    @Test func stepThatFailsLeavesTheVaultAsItWas() async throws {
        let places = try Places()
        try await open(places, steps: Schema.steps).transaction { try $0.setSetting("kept", [1]) }
        let broken = ["CREATE TABLE later (x); INSERT INTO setting VALUES ('step', x'03');", "NO SQL"]
        #expect(throws: StorageError.self) { try open(places, steps: Schema.steps + broken) }
        let store = try open(places, steps: Schema.steps)
        #expect(try await store.read { try $0.setting("kept") } == [1])
        #expect(try await store.read { try $0.setting("step") } == nil)
    }

    @Test func deletedBytesAreNowhereInTheFolderOnceScrubbed() async throws {
        let places = try Places()
        let secret = Random.bytes(64)
        let long = Random.bytes(20_000)
        let store = try places.folder("scrub").records()
        try await store.transaction { records in
            try records.setSetting("secret", secret)
            try records.setSetting("long", long)
        }
        #expect(try found(secret, places) && found(Array(long[10_000..<10_064]), places))
        try await store.transaction { records in
            try records.setSetting("secret", nil)
            try records.setSetting("long", [1])
        }
        try await store.scrub()
        #expect(try !found(secret, places) && !found(Array(long[10_000..<10_064]), places))
    }

    @Test func errorOfAFlushLeavesTheStoreReadOnlyUntilItIsOpenedAnew() async throws {
        let places = try Places()
        do {
            let store = try places.folder("flush").records()
            try await store.transaction { try $0.setSetting("kept", [1]) }
            let first = try await failure {
                try await store.transaction { _ in throw StorageError(.notDurable, "a flush failed") }
            }
            #expect(first?.code == .notDurable)
            let second = try await failure { try await store.transaction { try $0.setSetting("later", [1]) } }
            #expect(second?.code == .notDurable)
            #expect(try await store.read { try $0.setting("kept") } == [1])
        }
        let store = try places.folder("flush").records()
        try await store.transaction { try $0.setSetting("later", [1]) }
    }

    enum Loss: CaseIterable, Sendable { case removed, renamed, replaced, linked }

    /// As somebody else's clean-up does it: nothing is acknowledged any more, and what was is kept where it can be.
    @Test(arguments: ["records.sqlite", "records.sqlite-wal"], Loss.allCases)
    func recordsThatWereTakenAwayUnderTheStoreAreNoticed(file: String, loss: Loss) async throws {
        let places = try Places()
        let path = try places.folder("lost").path + "/" + file
        do {
            let store = try places.folder("lost").records()
            try await store.transaction { try $0.setSetting("kept", [1]) }
            switch loss {
            case .removed: #expect(unlink(path) == 0)
            case .renamed: #expect(rename(path, path + ".old") == 0)
            case .replaced:
                try Data(contentsOf: URL(fileURLWithPath: path)).write(to: URL(fileURLWithPath: path + ".copy"))
                #expect(rename(path + ".copy", path) == 0)
            case .linked: #expect(link(path, path + ".old") == 0)
            }
            for _ in 0..<2 {
                let error = try await failure { try await store.transaction { try $0.setSetting("later", [1]) } }
                #expect(error?.code == .replaced)
                #expect(
                    error?.reason
                        == "the vault's records were deleted or replaced while the custodian ran; nothing more is served; "
                        + "find out who did it, then start the custodian anew")
            }
        }
        guard file == "records.sqlite-wal", loss != .replaced else { return }
        let store = try places.folder("lost").records()
        #expect(try await store.read { try $0.setting("kept") } == [1])
    }

    @Test func reserveTakesItsPlaceUntilItIsGivenUpAndComesBack() throws {
        let places = try Places()
        let folder = try places.folder("reserve")
        let (reserve, path) = (folder.reserve(), folder.path + "/reserve")
        func blocks() -> Int {
            var facts = stat()
            return stat(path, &facts) == 0 ? Int(facts.st_blocks) * 512 : 0
        }
        #expect(reserve.hold())
        #expect(blocks() >= 1 << 20)
        reserve.release()
        #expect(blocks() == 0)
        #expect(reserve.hold())
        #expect(blocks() >= 1 << 20)
    }

    @Test func recordsOfAnotherLayoutAreRefused() async throws {
        let places = try Places()
        let path = try places.folder("other").path
        try Data("this is not a database, and long enough to be looked at as one".utf8)
            .write(to: URL(fileURLWithPath: path + "/records.sqlite"))
        #expect(try failure { try places.folder("other").records() }?.code == .notAVault)
    }

    @Test func storesHoldTheFolderAndItIsFreeWhenTheyAreGone() throws {
        let places = try Places()
        do {
            let tiles = try places.folder("held").tiles()
            #expect(try failure { try places.folder("held") }?.code == .inUse)
            try tiles.write([1], path: "tile/0/000")
        }
        _ = try places.folder("held")
    }

    @Test func folderThatOthersMayEnterIsRefused() throws {
        let places = try Places()
        let path = try places.folder("open").path
        chmod(path, 0o755)
        #expect(try failure { try places.folder("open") }?.code == .notAVault)
        chmod(path, 0o700)
        _ = try places.folder("open")
    }

    @Test func folderOfSomethingElseIsRefused() throws {
        let places = try Places()
        let path = places.path + "/else"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Data([1]).write(to: URL(fileURLWithPath: path + "/letter.txt"))
        #expect(try failure { try places.folder("else") }?.code == .notAVault)
        #expect(try failure { try VaultFolder(path: places.path + "/none", creating: false) }?.code == .notAVault)
    }

    @Test func halfWrittenSecretIsNamedAndDestroyed() throws {
        let places = try Places()
        let folder = try places.folder("half")
        try Data([1]).write(to: URL(fileURLWithPath: folder.path + "/secrets/a.new"))
        #expect(try folder.secrets().names() == ["a"])
        #expect(try failure { try folder.secrets().read("a") }?.code == .missing)
        try folder.secrets().destroy("a")
        #expect(try folder.secrets().names().isEmpty)
    }

    @Test func failureToReadSaysNothingAboutWhatWasWritten() throws {
        let places = try Places()
        let folder = try places.folder("unreadable")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/secrets/a", withIntermediateDirectories: false)
        let error = try failure { try folder.secrets().read("a") }
        #expect(error?.code == .unreadable && error?.isOfTheWholeStore == false)
    }

    private func found(_ needle: [UInt8], _ places: Places) throws -> Bool {
        let files = FileManager.default.enumerator(atPath: places.path)
        while let name = files?.nextObject() as? String {
            guard let data = FileManager.default.contents(atPath: places.path + "/" + name) else { continue }
            if data.range(of: Data(needle)) != nil { return true }
        }
        return false
    }
}

private func failure<Result>(_ body: () throws -> Result) throws -> StorageError? {
    do { _ = try body() } catch let error as StorageError { return error }
    return nil
}

private func failure<Result>(_ body: () async throws -> Result) async throws -> StorageError? {
    do { _ = try await body() } catch let error as StorageError { return error }
    return nil
}
