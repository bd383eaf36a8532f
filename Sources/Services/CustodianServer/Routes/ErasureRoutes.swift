import Custodian
import CustodianProtocol
import Foundation
import Hummingbird
import Storage

extension CustodianRoutes {
    func addErasures(to router: Router<BasicRequestContext>) {
        router.post("v1/erasures") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.askErasure(try await note(request))))
        }
        router.post("v1/erasure-cancellations") { request, _ in
            try Answers.json(Wire.Acceptance(try await custodian.cancelErasure(try await note(request))))
        }
        router.post("v1/erasure-listings") { request, _ in
            let ask: Wire.Ask = try await message(request)
            let (query, card) = try await custodian.authorise(Array(ask.query.utf8))
            let view = try await custodian.erasures(query, card)
            return try Answers.json(
                Wire.Erasures(
                    waiting: view.waiting.map { text($0.note) },
                    erased: view.erased.map { matter in
                        [matter.opened, matter.erased].map { Wire.Attached(index: $0.index, record: Data($0.record)) }
                    }))
        }
    }
}
