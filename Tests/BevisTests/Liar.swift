import AgeFile
import AuditTrail
import CustodianProtocol
import CustodianServer
import Foundation
import HTTPTypes
import Hummingbird
import MerkleTree
import NIOCore
import Sharing
import SignedNote
import Sodium
import Storage
import StorageSQLite
import Synchronization
import TransparencyLog

@testable import Custodian

/// The vault's real custodian, with its own keys, storage and socket, that lies where a test says so.
final class Liar: Sendable {
    /// What was asked, and what an honest custodian does and answers.
    struct Asked: Sendable {
        let body: [UInt8]
        let honest: @Sendable () async throws -> [UInt8]
    }
    typealias Lie = @Sendable (Asked) async throws -> [UInt8]

    let custodian: Custodian
    private let folder: VaultFolder
    private let lies = Mutex<[String: Lie]>([:])

    fileprivate init(_ vault: String) async throws {
        folder = try VaultFolder(path: vault, creating: false)
        custodian = try await Custodian(
            stores: CustodianStores(
                records: try folder.records(), objects: folder.objects(), checkpoints: folder.checkpoints(),
                tiles: folder.tiles(), secrets: folder.secrets(), keys: folder.keys(), reserve: folder.reserve()),
            clock: Liar.now)
    }

    /// A child that another test is about to start holds a copy of the lock until it runs its program.
    fileprivate static func patiently(_ vault: String) async throws -> Liar {
        for _ in 0..<1_000 {
            do { return try await Liar(vault) } catch let error as StorageError where error.code == .inUse {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        return try await Liar(vault)
    }

    static func now() -> Timestamp { Timestamp(seconds: UInt64(Date().timeIntervalSince1970)) }

    /// Answers `line`, such as `POST /v1/requests`, by `lie` from now on.
    func answer(_ line: String, _ lie: @escaping Lie) { lies.withLock { $0[line] = lie } }

    /// Answers honestly again.
    func tellTheTruth() { lies.withLock { $0.removeAll() } }

    fileprivate func lie(_ line: String) -> Lie? { lies.withLock { $0[line] } }

    /// Does what is asked and changes what is answered.
    func alter<Message: Codable & Sendable>(
        _ line: String, as type: Message.Type,
        _ change: @escaping @Sendable (_ asked: [UInt8], _ answer: inout Message) async throws -> Void
    ) {
        answer(line) { asked in
            var answer: Message = try Wire.decode(try await asked.honest())
            try await change(asked.body, &answer)
            return try Wire.encode(answer)
        }
    }
}

extension Sandbox {
    /// Runs a custodian that may lie, in this process, while `body` runs.
    func lying(_ body: @escaping @Sendable (Liar) async throws -> Void) async throws {
        killCustodian(SIGTERM)
        let liar = try await Liar.patiently(vault)
        let ready = AsyncStream.makeStream(of: Void.self)
        let server = SocketServer(
            LyingResponder(honest: CustodianRoutes(liar.custodian).responder(), liar: liar),
            options: SocketServerOptions(.unixSocket(path: vault + "/socket", access: .owner))
        ) { _ in ready.continuation.yield() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { ready.continuation.finish() }
                try await server.run()
            }
            group.addTask {
                // No signal: the server could not start, and its task says why.
                for await _ in ready.stream {
                    defer { server.stop() }
                    return try await body(liar)
                }
            }
            try await group.waitForAll()
        }
    }
}

private struct LyingResponder<Honest: HTTPResponder<BasicRequestContext>>: HTTPResponder {
    let honest: Honest
    let liar: Liar

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard let lie = liar.lie("\(request.method.rawValue) \(request.uri.path)") else {
            return try await honest.respond(to: request, context: context)
        }
        var request = request
        let body = [UInt8](try await request.collectBody(upTo: 1 << 25).readableBytesView)
        let (heard, head) = (request, Kept(Response(status: .ok, headers: [.contentType: "application/json"])))
        let told = try await lie(
            Liar.Asked(body: body) {
                let response = try await honest.respond(to: heard, context: context)
                head.value.withLock { $0 = response }
                let kept = Kept([UInt8]())
                try await response.body.write(Collector(kept: kept))
                return kept.value.withLock { $0 }
            })
        var response = head.value.withLock { $0 }
        response.headers[.contentLength] = String(told.count)
        response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: told))
        return response
    }
}

/// A value that several tasks share.
final class Kept<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}

private struct Collector: ResponseBodyWriter {
    let kept: Kept<[UInt8]>
    func write(_ buffer: ByteBuffer) async throws { kept.value.withLock { $0 += buffer.readableBytesView } }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

// MARK: What a custodian can forge with its keys

/// A leaf that the log does not hold, and the log as it would be with it.
struct Forged: Sendable {
    let index: UInt64
    let record: [UInt8]
    let proof: InclusionProof
    let tree: MemoryTree

    /// A receipt under a checkpoint.
    func receipt(_ checkpoint: [UInt8]) throws -> String {
        String(decoding: LogProof(proof, checkpoint: try UnverifiedNote(parsing: checkpoint)).bytes, as: UTF8.self)
    }
}

extension Liar {
    /// The request in a body of `POST /v1/requests`.
    static func request(_ body: [UInt8]) throws -> Unverified<AccessRequest> {
        let message: Wire.Note = try Wire.decode(body)
        return try Unverified(parsing: Array(message.note.utf8))
    }

    /// The parts that an honest custodian releases for a request, without a leaf.
    func releases(
        _ request: AccessRequest, withContent: Bool? = nil
    ) async throws -> [AccessResponse.Release] {
        let custodian = custodian
        guard let id = request.grantID else { throw CommandError(description: "the request names no grant") }
        return try await custodian.stores.records.read { reader in
            let secret = try custodian.secret(try reader.grant(id)?.secret, of: id)
            return try request.items.flatMap { item in
                try reader.listedFiles(id, item: item).sorted { $0.key < $1.key }
                    .filter { $0.key == .description || withContent ?? (request.action != .list) }
                    .map { $0.value }
                    .map { AccessResponse.Release(file: $0, parts: [secret.part(for: $0, in: id)]) }
            }
        }
    }

    /// A response signed by the custodian, sealed to the request's own recipient.
    func response(
        to request: Unverified<AccessRequest>, naming hash: NoteHash? = nil, _ releases: [AccessResponse.Release]
    ) throws -> Data {
        let body = AccessResponse(
            request: hash ?? request.hash, custodian: custodian.verifierKey, releases: releases)
        let note = try Verified(body, signedBy: custodian.keys.signer)
        return Data(try AgeFile.seal(note.bytes, to: [request.body.recipient]).bytes)
    }

    /// The hashes of all leaves of the log.
    func leaves() throws -> [TreeHash] {
        try (0..<custodian.tree.size).map { try custodian.tree.hash(level: 0, index: $0) }
    }

    /// A record of a request as an honest custodian would write it, with its leaf behind all leaves of the log.
    ///
    /// - Parameter named: the stream that the record names, where it is not the one whose leaf it gets.
    func forge(
        _ request: Unverified<AccessRequest>, number: UInt64? = nil, named: StreamID? = nil
    ) async throws -> Forged {
        let custodian = custodian
        let body = request.body
        guard let id = body.grantID else { throw CommandError(description: "the request names no grant") }
        let stream = StreamID.grant(id)
        let (next, key) = try await custodian.stores.records.read { reader in
            (try reader.newestNumber(of: stream) + 1, try custodian.streams.key(of: stream, in: reader))
        }
        let record = Record(
            stream: named ?? stream, number: number ?? next, time: Liar.now(), clock: Liar.now(),
            event: Event(body.action), actor: body.card, notes: [request.hash, body.authority], items: body.items,
            failures: [])
        let disclosed = DisclosedRecord(record: record, salt: Random.value(), notes: [request.note.bytes])
        let tree = MemoryTree(try leaves() + [disclosed.leaf(in: key).hash])
        return Forged(
            index: tree.count - 1, record: try disclosed.sealed(to: key),
            proof: try InclusionProof(index: tree.count - 1, size: tree.count, from: tree), tree: tree)
    }

    /// A checkpoint over a tree, signed by the log's own key or by another of its name.
    func sign(_ tree: MemoryTree, by other: SigningKey? = nil) throws -> [UInt8] {
        let log = custodian.keys.log
        let signer = other.map { NoteSigner(name: log.verifierKey.name, key: $0) } ?? log
        let checkpoint = Checkpoint(
            origin: log.verifierKey.name, size: tree.count, root: try tree.root(size: tree.count))
        return try signer.sign(checkpoint.text).bytes
    }

    /// An opening of a grant that looks granted.
    func granted(
        _ index: UInt64, _ receipt: String, record: [UInt8]?, consistency: ConsistencyProof? = nil, _ response: Data
    ) throws -> [UInt8] {
        try Wire.encode(
            Wire.Answer(
                granted: true, index: index, receipt: receipt, record: record.map { Data($0) },
                consistency: consistency?.hashes.map { String(decoding: $0.hex, as: UTF8.self) }, response: response))
    }
}
