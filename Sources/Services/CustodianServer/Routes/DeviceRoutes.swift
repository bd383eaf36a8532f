import Custodian
import CustodianProtocol
import Hummingbird
import Sharing
import SignedNote

extension CustodianRoutes {
    func addDevices(to router: Router<BasicRequestContext>) {
        router.post("v1/heartbeats") { request, _ in
            let note = try await note(request)
            return try promised(note, try await custodian.addHeartbeat(note))
        }
        router.post("v1/heartbeat-listings") { request, _ in
            let ask: Wire.Ask = try await message(request)
            let (query, card) = try await custodian.authorise(Array(ask.query.utf8))
            return try Answers.json(
                try await custodian.heartbeats(query, card).map {
                    Wire.Heartbeat(note: text($0.note), received: $0.received.seconds, index: $0.index)
                })
        }
    }

    /// An acceptance for a device, with the custodian's word on the leaf.
    func promised(_ note: [UInt8], _ acceptance: Acceptance) throws -> Response {
        var answer = Wire.Acceptance(acceptance)
        answer.taken = text(try custodian.promise(try UnverifiedNote(parsing: note).hash, acceptance))
        return try Answers.json(answer)
    }
}
