import AgeFile
public import Custodian
import CustodianProtocol
import Foundation
import HTTPTypes
public import Hummingbird
import Sharing
import SignedNote
import Sodium
import Storage
import TransparencyLog

/// The custodian's HTTP protocol: one route for each thing it can be asked.
public struct CustodianRoutes: Sendable {
    let custodian: Custodian
    /// The largest JSON body, in bytes: a note of the largest size fits, or an item's header and description.
    static let messageLimit = 4 << 20
    /// The largest JSON body of a grant or an extension, in bytes: one of ten thousand items fits.
    static let grantLimit = 32 << 20
    /// The largest sealed payload, in bytes.
    static let objectLimit: UInt64 = 1 << 42
    /// The most leaves or items of one page.
    static let pageLimit = 1000

    /// Routes to one custodian.
    public init(_ custodian: Custodian) { self.custodian = custodian }

    /// Everything that the server answers, ready to serve.
    public func responder() -> some HTTPResponder<BasicRequestContext> { router().buildResponder() }

    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ProblemMiddleware())
        router.get("v1/about") { _, _ in try await about() }
        addIntake(to: router)
        addDevices(to: router)
        addErasures(to: router)
        addAccess(to: router)
        addQueries(to: router)
        addAudit(to: router)
        addLog(to: router)
        return router
    }

    private func about() async throws -> Response {
        try Answers.json(
            Wire.About(
                custodian: text(custodian.verifierKey.text), log: text(custodian.policy.logs[0].key.text),
                policy: text(custodian.policy.text),
                trust: try await custodian.trustNote().map { text($0) },
                erasureWait: try await custodian.erasureWait()))
    }

    private func addIntake(to router: Router<BasicRequestContext>) {
        router.post("v1/trust") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.setTrust(try await note(request))))
        }
        router.post("v1/cards") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.addCard(try await note(request))))
        }
        router.post("v1/memberships") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.addMembership(try await note(request))))
        }
        router.post("v1/withdrawals") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.withdrawCard(try await note(request))))
        }
        router.post("v1/one-time-recipients") { _, _ in
            try Answers.json(Wire.Note(note: text(try custodian.oneTimeRecipient())))
        }
        router.post("v1/cases") { request, _ in
            let message: Wire.OpenCase = try await message(request)
            return try Answers.json(
                Wire.Acceptance(
                    try await custodian.openCase(
                        Array(message.card.utf8), owner: try NoteHash(hex: message.owner.utf8),
                        logKey: [UInt8](message.logKey), to: try recipient(message.recipient),
                        recoveryID: try Digest(hex: message.recoveryID.utf8), recovery: [UInt8](message.recovery))))
        }
        router.post("v1/case-cards") { request, _ in
            let message: Wire.ChangeCaseCard = try await message(request)
            return try Answers.json(
                Wire.Acceptance(
                    try await custodian.changeCaseCard(
                        Array(message.card.utf8), by: try NoteHash(hex: message.actor.utf8))))
        }
        router.post("v1/objects") { request, _ in try await upload(request) }
        router.post("v1/items") { request, _ in
            let message: Wire.AddItem = try await message(request)
            let acceptance = try await custodian.addItem(
                Array(message.ingest.utf8), by: try message.actor.map { try NoteHash(hex: $0.utf8) },
                contentHeader: [UInt8](message.contentHeader), description: [UInt8](message.description))
            guard message.actor == nil else { return try Answers.json(Wire.Acceptance(acceptance)) }
            return try promised(Array(message.ingest.utf8), acceptance)
        }
        router.post("v1/descriptions") { request, _ in
            let message: Wire.DescribeItem = try await message(request)
            return try Answers.json(
                Wire.Acceptance(
                    try await custodian.describeItem(
                        Array(message.note.utf8), by: try NoteHash(hex: message.actor.utf8),
                        description: [UInt8](message.description))))
        }
        router.post("v1/verifications") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.addVerification(try await note(request))))
        }
        router.post("v1/recovery") { request, _ in
            let message: Wire.ReplaceRecovery = try await message(request)
            return try Answers.json(
                Wire.Acceptance(
                    try await custodian.replaceRecovery(Array(message.note.utf8), sealed: [UInt8](message.sealed))))
        }
        router.get("v1/recovery/:id") { _, context in
            let id = try Digest(hex: try context.parameters.require("id").utf8)
            return Answers.bytes(try await custodian.recovery(id), type: "application/octet-stream")
        }
    }

    private func addAccess(to router: Router<BasicRequestContext>) {
        router.post("v1/grants") { request, _ in
            let message: Wire.AddGrant = try await message(request, upTo: CustodianRoutes.grantLimit)
            return try Answers.json(
                Wire.Acceptance(
                    try await custodian.addGrant(
                        Array(message.grant.utf8), envelope: [UInt8](message.envelope),
                        to: try recipient(message.recipient), recipientEnvelope: [UInt8](message.recipientEnvelope))))
        }
        router.post("v1/extensions") { request, _ in
            let message: Wire.AddGrant = try await message(request, upTo: CustodianRoutes.grantLimit)
            return try Answers.json(
                Wire.Acceptance(
                    try await custodian.extend(
                        Array(message.grant.utf8), envelope: [UInt8](message.envelope),
                        to: try recipient(message.recipient), recipientEnvelope: [UInt8](message.recipientEnvelope))))
        }
        router.post("v1/approvals") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.approve(try await note(request))))
        }
        router.post("v1/declines") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.decline(try await note(request))))
        }
        router.post("v1/revocations") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.revoke(try await note(request))))
        }
        router.post("v1/requests") { request, _ in
            try Answers.json(Wire.Answer(try await custodian.handle(try await note(request))))
        }
        router.post("v1/acknowledgements/:request") { _, context in
            try await custodian.acknowledge(try NoteHash(hex: try context.parameters.require("request").utf8))
            return Response(status: .noContent)
        }
    }

    func message<Message: Decodable>(
        _ request: Request, upTo limit: Int = CustodianRoutes.messageLimit
    ) async throws -> Message {
        try Wire.decode(try await request.smallBody(upTo: limit))
    }

    func note(_ request: Request) async throws -> [UInt8] {
        let message: Wire.Note = try await message(request)
        return Array(message.note.utf8)
    }

    private func recipient(_ text: String) throws -> AgeRecipient {
        do { return try AgeRecipient(parsing: Array(text.utf8)) } catch {
            throw CustodianError(.malformed, "the message names no age recipient")
        }
    }

    func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
