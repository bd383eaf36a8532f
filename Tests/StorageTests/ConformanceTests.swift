import Foundation
import Storage
import StorageSQLite
import StorageTesting
import Testing

struct ConformanceTests {
    @Test(arguments: RecordStoreDuties.all) func records(_ duty: Duty<any RecordStore>) async throws {
        let places = try Places()
        try await duty.check { try places.folder($0).records() }
    }

    @Test(arguments: ObjectStoreDuties.all) func objects(_ duty: Duty<any ObjectStore>) async throws {
        let places = try Places()
        try await duty.check { try places.kept($0).objects() }
    }

    @Test(arguments: CheckpointStoreDuties.all) func checkpoints(_ duty: Duty<any CheckpointStore>) async throws {
        let places = try Places()
        try await duty.check { try places.kept($0).checkpoints() }
    }

    @Test(arguments: TileStoreDuties.all) func tiles(_ duty: Duty<any TileStore>) async throws {
        let places = try Places()
        try await duty.check { try places.kept($0).tiles() }
    }

    @Test(arguments: SecretStoreDuties.all) func secrets(_ duty: Duty<any SecretStore>) async throws {
        let places = try Places()
        try await duty.check { try places.kept($0).secrets() }
    }

    @Test func suitesAreNotEmpty() {
        #expect(RecordStoreDuties.all.count >= 16)
        #expect(ObjectStoreDuties.all.count >= 9)
        #expect(CheckpointStoreDuties.all.count >= 3)
        #expect(TileStoreDuties.all.count >= 2)
        #expect(SecretStoreDuties.all.count >= 4)
    }
}

/// Vault folders in a temporary folder, by name.
final class Places {
    let path: String
    private var open: [String: VaultFolder] = [:]

    init() throws {
        path = NSTemporaryDirectory() + "/bevis-storage-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func folder(_ name: String) throws -> VaultFolder { try VaultFolder(path: path + "/" + name, creating: true) }

    /// A folder that is taken once and stays taken, for stores of which several may be open in one process.
    func kept(_ name: String) throws -> VaultFolder {
        if let folder = open[name] { return folder }
        let folder = try folder(name)
        open[name] = folder
        return folder
    }
}
