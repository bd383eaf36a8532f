import Custodian
import CustodianProtocol
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MerkleTree
import NIOCore
import Sharing
import SignedNote
import Sodium
import Storage
import TransparencyLog

/// How answers and failures look on the wire.
enum Answers {
    static func json(_ message: some Encodable) throws -> Response {
        bytes(try Wire.encode(message), type: "application/json")
    }

    static func bytes(_ bytes: [UInt8], type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .contentLength: String(bytes.count)],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static let missing = CustodianError(.unknown, "there is nothing under this address")

    /// Every failure as a status and a sentence. What is not ours is not explained to strangers.
    static func problem(_ error: any Error) -> Response {
        let (status, code, reason) = describe(error)
        let body = (try? Wire.encode(Wire.Problem(error: code, reason: reason))) ?? []
        var response = bytes(body, type: "application/json")
        response.status = status
        return response
    }

    private static func describe(_ error: any Error) -> (HTTPResponse.Status, String, String) {
        switch error {
        case let error as CustodianError: (status(of: error.code), error.code.rawValue, error.reason)
        case let error as NoteError: (.badRequest, "malformed", "\(error.reason)")
        case let error as StorageError where error.code == .full:
            (HTTPResponse.Status(code: 507), "full", "disk full: access refused; free some space and try again")
        case let error as StorageError where error.code == .missing: (.notFound, "unknown", "it is not stored here")
        case let error as StorageError: (.serviceUnavailable, "readOnly", error.reason)
        case let error as HTTPError: (error.status, "malformed", "the request is not acceptable here")
        case let error as SocketServerError where error.code == .bodyCutShort:
            (.badRequest, "malformed", "the request's body broke off; send it again")
        case is DecodingError: (.badRequest, "malformed", "the message is not the JSON that this address takes")
        case is SodiumError, is LogError: (.badRequest, "malformed", "what was sent does not fit itself")
        default:
            (
                .internalServerError, "internal",
                "the custodian failed; to see why, run it in the foreground: bevis serve"
            )
        }
    }

    private static func status(of code: CustodianError.Code) -> HTTPResponse.Status {
        switch code {
        case .malformed: .badRequest
        case .notAuthentic: .forbidden
        case .unknown: .notFound
        case .refused: .unprocessableContent
        case .conflict: .conflict
        case .tooMany: .tooManyRequests
        case .closed, .readOnly: .serviceUnavailable
        case .full: HTTPResponse.Status(code: 507)
        }
    }
}

/// Turns what a route throws into an answer.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            let answer = Answers.problem(error)
            // Its kind alone: what it says may name what was asked for.
            if answer.status == .internalServerError {
                context.logger.error("a request failed", metadata: ["error": "\(type(of: error))"])
            }
            return answer
        }
    }
}

extension Wire.Acceptance {
    init(_ acceptance: Acceptance) {
        self.init(
            index: acceptance.index, receipt: String(decoding: acceptance.receipt.bytes, as: UTF8.self),
            record: acceptance.record.map { Data($0) })
    }
}

extension Wire.Answer {
    init(_ answer: Answer) {
        self.init(
            granted: answer.isGranted, index: answer.index,
            receipt: String(decoding: answer.receipt.bytes, as: UTF8.self), record: answer.record.map { Data($0) },
            consistency: answer.consistency?.hashes.map { String(decoding: $0.hex, as: UTF8.self) },
            response: answer.response.map { Data($0) })
    }
}

extension Wire.Item {
    init(_ row: ItemRow) {
        self.init(
            id: String(decoding: row.id.hex, as: UTF8.self), ingest: String(decoding: row.ingest, as: UTF8.self),
            newDescription: row.newDescription.map { String(decoding: $0, as: UTF8.self) },
            contentHeader: Data(row.contentHeader), description: Data(row.description), erased: row.isErased,
            ownersAlone: row.isErased ? row.isOwnersAlone : nil)
    }
}

extension Wire.ProvenLeaf {
    init(_ proven: ProvenLeaf) {
        self.init(
            leaf: Data(proven.leaf.bytes.array), path: Data(proven.path.hashes.flatMap { $0.bytes.array }))
    }
}

extension Wire.Grant {
    init(_ view: GrantView) {
        self.init(
            note: String(decoding: view.row.note, as: UTF8.self), envelope: Data(view.texts.envelope),
            from: String(decoding: view.from, as: UTF8.self), to: String(decoding: view.to, as: UTF8.self),
            index: view.row.index, revoked: view.row.isRevoked, expired: view.row.isExpired,
            approved: view.row.isApproved, declined: view.row.isDeclined, aboveEnded: view.isAboveEnded,
            openings: view.row.openingsUsed, above: view.above.map { String(decoding: $0, as: UTF8.self) },
            extensions: view.extensions.map {
                Wire.Extension(
                    note: String(decoding: $0.row.note, as: UTF8.self), envelope: Data($0.texts.envelope),
                    list: $0.texts.list.isEmpty ? nil : Data($0.texts.list))
            }, list: view.texts.list.isEmpty ? nil : Data(view.texts.list),
            erased: view.erased.isEmpty ? nil : view.erased.map { String(decoding: $0.hex, as: UTF8.self) })
    }
}

extension Wire.Leaf {
    init(_ row: LeafRow, checkpoint: [UInt8]? = nil) {
        self.init(
            index: row.index, number: row.number, record: row.record.map { Data($0) },
            checkpoint: checkpoint.map { String(decoding: $0, as: UTF8.self) })
    }
}
