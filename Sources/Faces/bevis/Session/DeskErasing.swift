import AgeFile
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

// What is to be erased of a person's cases.
extension Desk {
    /// Tells an owner, whatever she came for, what is going to be erased and until when she can take it back: somebody
    /// may have asked for it at her device.
    func tellOfErasures() throws {
        for waiting in try session.waitingErasures(by: caller) {
            Output(json: false).note(
                "\(ErasureView(waiting).sentence); to keep it: bevis erase --cancel \(short(waiting.hash))")
        }
    }

    /// The erasure that was named by the first digits of its id.
    func waitingErasure(_ prefix: String) throws -> WaitingErasure {
        let matching = try session.waitingErasures(by: caller).filter { string($0.hash.hex).hasPrefix(prefix) }
        guard let only = matching.first, matching.count == 1 else {
            throw CommandFailure(
                .unreachable, "nothing that waits to be erased has this id",
                hint: "see what waits: bevis erase; what happened: bevis log")
        }
        return only
    }
}

/// An erasure that waits, as people and machines see it.
struct ErasureView {
    private let waiting: WaitingErasure
    private let titles: [AgeFileID: String]

    init(_ waiting: WaitingErasure, titles: [AgeFileID: String] = [:]) {
        self.waiting = waiting
        self.titles = titles
    }

    private var what: String {
        let erasure = waiting.erasure
        guard !erasure.isOfCase else { return "the whole case \(short(erasure.caseID))" }
        guard titles.isEmpty else { return erasure.items.map { titles[$0] ?? short($0) }.joined(separator: ", ") }
        return "\(erasure.items.count) \(erasure.items.count == 1 ? "item" : "items") of case \(short(erasure.caseID))"
    }

    private var due: String { LocalTime.text(waiting.erasure.due.seconds) }

    var sentence: String { "\(what) \(waiting.erasure.items.count > 1 ? "are" : "is") to be erased from \(due) on" }

    var text: String {
        "\(short(waiting.hash))  from \(due) on  \(what)  asked \(LocalTime.text(waiting.erasure.time.seconds))"
    }

    static func text(_ waiting: [WaitingErasure]) -> String {
        waiting.isEmpty ? "nothing" : waiting.map { ErasureView($0).text }.joined(separator: "; ")
    }

    var json: JSONValue {
        let erasure = waiting.erasure
        return .object([
            "erasure": .text(string(waiting.hash.hex)), "case": .text(string(erasure.caseID.hex)),
            "whole_case": .flag(erasure.isOfCase), "items": .array(erasure.items.map { .text(string($0.hex)) }),
            "asked": .time(erasure.time.seconds), "due": .time(erasure.due.seconds),
        ])
    }
}
