import AgeFile
import Custodian
import CustodianProtocol
import Foundation
import HTTPTypes
import Hummingbird
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import TransparencyLog

extension CustodianRoutes {
    private typealias Authorised = (ask: Wire.Ask, query: Query, card: CardState)

    private func authorised(_ request: Request) async throws -> Authorised {
        let ask: Wire.Ask = try await message(request)
        let (query, card) = try await custodian.authorise(Array(ask.query.utf8))
        return (ask, query, card)
    }

    func addQueries(to router: Router<BasicRequestContext>) {
        router.post("v1/streams") { request, _ in
            let (ask, query, card) = try await authorised(request)
            let page = try await custodian.page(
                query, card, from: ask.from ?? 1, limit: CustodianRoutes.pageLimit)
            return try Answers.json(
                Wire.Stream(
                    leaves: page.leaves.map { Wire.Leaf($0) },
                    attached: page.attached.map { Wire.Attached(index: $0.index, record: Data($0.record)) }))
        }
        router.post("v1/listings") { request, _ in
            let (ask, query, card) = try await authorised(request)
            let after = try ask.after.map { try AgeFileID(hex: $0.utf8) }
            let items = try await custodian.items(query, card, after: after, limit: CustodianRoutes.pageLimit)
            return try Answers.json(items.map { Wire.Item($0) })
        }
        router.post("v1/grant-listings") { request, _ in
            let (ask, query, card) = try await authorised(request)
            let grants = try await custodian.grants(query, card, from: ask.from ?? 0)
            return try Answers.json(grants.map { Wire.Grant($0) })
        }
        router.post("v1/pending") { request, _ in
            let (ask, query, card) = try await authorised(request)
            let pending = try await custodian.pending(query, card, from: ask.from ?? 0)
            return try Answers.json(
                Wire.Pending(
                    waiting: pending.waiting.map { Wire.Grant($0) }, behind: pending.behind.map { Wire.Grant($0) }))
        }
        router.post("v1/case-listings") { request, _ in
            let (_, _, card) = try await authorised(request)
            return try Answers.json(
                try await custodian.cases(card).map { Wire.Matter(card: text($0.card), recovery: Data($0.recovery)) })
        }
        router.post("v1/signers/:case/:key") { _, context in
            let matter = try CaseID(hex: try context.parameters.require("case").utf8)
            let key = try VerifierKey(parsing: try Hex.decode(try context.parameters.require("key").utf8))
            guard let row = try await custodian.signer(key, in: matter) else { throw Answers.missing }
            return try Answers.json(Wire.Signer(sequence: row.sequence, hash: text(row.hash.hex)))
        }
        addObjects(to: router)
    }

    // Bytes are streamed, so the query travels in a header: base64 of the signed note.
    private func objectQuery(_ request: Request) async throws -> Query {
        guard let field = HTTPField.Name("Bevis-Query"), let value = request.headers[field] else {
            throw CustodianError(.notAuthentic, "a query is needed to fetch sealed bytes")
        }
        return try await custodian.authorise(try Base64.decode(Array(value.utf8), .padded)).query
    }

    private func addObjects(to router: Router<BasicRequestContext>) {
        router.get("v1/objects/:id") { request, context in
            let id = try AgeFileID(hex: try context.parameters.require("id").utf8)
            let object = try await custodian.object(try await objectQuery(request), id)
            return ServedFile(byteCount: object.size) { try object.read(at: $0, into: $1) }.response(to: request)
        }
        router.get("v1/objects/:id/item") { request, context in
            let id = try AgeFileID(hex: try context.parameters.require("id").utf8)
            let query = try await objectQuery(request)
            guard let description = request.uri.queryParameters["description"] else {
                return try Answers.json(Wire.Item(try await custodian.item(query, id)))
            }
            let described = try AgeFileID(hex: String(description).utf8)
            return try Answers.json(Wire.Item(try await custodian.item(query, id, description: described)))
        }
        router.get("v1/objects/:id/leaves") { request, context in
            let id = try AgeFileID(hex: try context.parameters.require("id").utf8)
            if let chunks = request.uri.queryParameters["chunks"] {
                let proven = try await custodian.provenLeaves(
                    try await objectQuery(request), id, chunks: try chunkRange(String(chunks)))
                return try Answers.json(proven.map { Wire.ProvenLeaf($0) })
            }
            let leaves = try await custodian.leaves(try await objectQuery(request), id)
            return Answers.bytes(leaves.flatMap { $0.bytes.array }, type: "application/octet-stream")
        }
    }

    private func chunkRange(_ text: String) throws -> ClosedRange<UInt64> {
        guard let range = ChunkRange(text) else {
            throw CustodianError(.malformed, "the chunks asked for are no range, or too many at once")
        }
        return range.chunks
    }

    func addAudit(to router: Router<BasicRequestContext>) {
        router.post("v1/audit/keys") { request, _ in
            let (_, query, card) = try await authorised(request)
            return Answers.bytes(try await custodian.auditKeys(query, card), type: "application/octet-stream")
        }
        router.post("v1/audit/records") { request, _ in
            let (ask, query, card) = try await authorised(request)
            // No log is longer than this; a number from outside must not overflow.
            let start = min(ask.from ?? 0, UInt64(1) << 62)
            let rows = try await custodian.auditRecords(query, card, start..<start + 256)
            return try Answers.json(rows.map { Wire.Leaf($0.row, checkpoint: $0.checkpoint) })
        }
        router.post("v1/audit/lists") { request, _ in
            let (ask, query, card) = try await authorised(request)
            return try Answers.json(
                try await custodian.auditLists(query, card, from: ask.from ?? 0).map {
                    Wire.List(grant: text($0.id.hex), list: Data($0.list), index: $0.index)
                })
        }
    }

    func addLog(to router: Router<BasicRequestContext>) {
        router.get("checkpoint") { _, _ in Answers.bytes(custodian.checkpoint, type: "text/plain; charset=utf-8") }
        router.get("tile/entries/**") { request, _ in
            guard let coordinate = try? EntriesCoordinate(parsing: Array(request.uri.path.utf8.dropFirst())),
                let bytes = custodian.entries(coordinate)
            else { throw Answers.missing }
            return Answers.bytes(bytes, type: "application/octet-stream")
        }
        router.get("tile/**") { request, _ in
            guard let coordinate = try? TileCoordinate(parsing: Array(request.uri.path.utf8.dropFirst())),
                let bytes = custodian.tile(coordinate)
            else { throw Answers.missing }
            return Answers.bytes(bytes, type: "application/octet-stream")
        }
    }
}
