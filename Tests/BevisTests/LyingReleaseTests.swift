import AuditTrail
import CustodianProtocol
import Foundation
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import Synchronization
import Testing
import TransparencyLog

@testable import Custodian

/// A custodian that releases what it has not logged, answers with what belongs elsewhere, or gives wrong parts: the
/// command uses nothing of it and writes no file.
@Suite struct LyingReleaseTests {
    static let distrust = "\n  do not rely on this vault until somebody has looked at it\n"
    private static let unproven =
        "bevis: the custodian's answer is not proven to be in the log; nothing was used" + distrust

    private func open(_ world: Sandbox, _ grant: String, _ file: String = "x") async throws -> Outcome {
        try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", file)
    }

    /// What the client says, word for word, to each way of releasing a part that the log does not hold.
    @Test func partThatIsReleasedWithoutALeafIsNotUsed() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            let before = liar.custodian.checkpoint
            let lies: [(Forgery, String)] = [
                (.noReceipt, "bevis: the custodian's answer holds no receipt that can be read\n"),
                (.noRecord, "bevis: the custodian's answer holds no receipt that can be read\n"),
                (
                    .unreadableRecord,
                    "bevis: the custodian's answer holds no record that can be read; nothing was used"
                        + LyingReleaseTests.distrust
                ),
                (.proofOfAnotherLeaf, LyingReleaseTests.unproven),
                (.checkpointWithoutIt, LyingReleaseTests.unproven),
                (.checkpointOfAnotherKey, LyingReleaseTests.unproven),
            ]
            for (lie, words) in lies {
                liar.answer("POST /v1/requests") { try await lie.answer(to: $0.body, by: liar) }
                let outcome = try await open(world, grant)
                #expect(outcome.err == words, "\(lie)")
                #expect(outcome.status == (lie == .noReceipt || lie == .noRecord ? 3 : 1), "\(lie)")
                #expect(outcome.out == "" && !world.exists("x"))
            }
            #expect(liar.custodian.checkpoint == before, "nothing of all that was logged")
            liar.tellTheTruth()
            #expect(try await open(world, grant).status == 0)
            #expect(try world.read("x") == World.original(1))
        }
    }

    @Test func answerToAnotherRequestIsNotUsed() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            let earlier = Mutex<(Wire.Answer, NoteHash)?>(nil)
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { asked, answer in
                let (request, given) = (try Liar.request(asked), answer)
                earlier.withLock { $0 = (given, request.hash) }
            }
            #expect(try await open(world, grant, "first").status == 0)
            let (answer, hash) = try #require(earlier.withLock { $0 })

            // The whole answer to the earlier request: it is in the log, and of another request.
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { _, now in now = answer }
            let whole = try await open(world, grant)
            #expect(whole.status == 1)
            #expect(
                whole.err == "bevis: the log's record speaks of another request; nothing was used"
                    + LyingReleaseTests.distrust)

            // Only the sealed response: it is to a recipient that is gone.
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { _, now in now.response = answer.response }
            let sealed = try await open(world, grant)
            #expect(sealed.status == 1)
            // The first request is in the log, and nothing that came back for it was believed: it is told of now.
            #expect(
                sealed.err.contains(
                    /^since you last looked: opened [-0-9: ]+ UTC with your key, not from here \(entry [0-9]+ of the log\)\n/
                ), "\(sealed.err)")
            #expect(
                sealed.err.split(separator: "\n", maxSplits: 1).last.map(String.init)
                    == "bevis: the custodian's response cannot be opened" + LyingReleaseTests.distrust)

            // The earlier answer's parts, sealed to this request's recipient: right parts, another request.
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { asked, now in
                let request = try Liar.request(asked)
                now.response = try liar.response(
                    to: request, naming: hash, try await liar.releases(request.body))
            }
            let renamed = try await open(world, grant)
            #expect(renamed.status == 1)
            #expect(
                renamed.err == "bevis: the response is not the custodian's answer to this request"
                    + LyingReleaseTests.distrust)
            #expect(!world.exists("x"))
        }
    }

    @Test func wrongPartConvictsTheCustodianByTheFileThatIsKept() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { asked, answer in
                let request = try Liar.request(asked)
                let wrong = try await liar.releases(request.body).map {
                    AccessResponse.Release(file: $0.file, parts: [try Part(.random(32))])
                }
                answer.response = try liar.response(to: request, wrong)
            }
            let outcome = try await open(world, grant)
            #expect(outcome.status == 1)
            #expect(!world.exists("x"))
            try await world.convicted(
                outcome, "the custodian released a wrong part", "mads",
                "convicted: the custodian\nit released a part that is not the one which the grant's item list names\n")
            // A part for a file that the grant does not name.
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { asked, answer in
                let request = try Liar.request(asked)
                answer.response = try liar.response(
                    to: request, [AccessResponse.Release(file: Random.value(), parts: [try Part(.random(32))])])
            }
            let unknown = try await open(world, grant)
            #expect(unknown.status == 1)
            #expect(
                unknown.err == "bevis: the custodian released a part that the grant does not name"
                    + LyingReleaseTests.distrust)
            // No part at all.
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { asked, answer in
                answer.response = try liar.response(to: try Liar.request(asked), [])
            }
            let none = try await open(world, grant)
            #expect(none.status == 1)
            #expect(
                none.err
                    == "bevis: the custodian left out 2 of the 2 files that it had to release; nothing was acknowledged"
                    + LyingReleaseTests.distrust)
            #expect(!world.exists("x"))
        }
    }

    /// Right parts, but not those of all files, or of others, or not in their order: none is acknowledged, so that the
    /// custodian has to keep its answer.
    @Test(arguments: Incomplete.allCases) fileprivate func answerThatIsNotCompleteIsNotAcknowledged(
        _ lie: Incomplete
    ) async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1", "2"])
        try await world.lying { liar in
            let asked = Mutex<NoteHash?>(nil)
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { body, answer in
                let request = try Liar.request(body)
                asked.withLock { $0 = request.hash }
                let honest = try await liar.releases(request.body)
                answer.response = try liar.response(to: request, try await lie.releases(honest, request.body, liar))
            }
            let command =
                lie.isOfList
                ? ["list", "--grant", grant, "--purpose", "Brud"]
                : ["open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x"]
            let outcome = try await world.bevis("mads", command)
            #expect(outcome.status == 1)
            #expect(
                outcome.err
                    == "bevis: the custodian \(lie.words); nothing was acknowledged" + LyingReleaseTests.distrust)
            #expect(outcome.out == "" && !world.exists("x"))
            let hash = try #require(asked.withLock { $0 })
            #expect(try await liar.keepsResponse(to: hash))
            liar.tellTheTruth()
            #expect(try await world.bevis("mads", command).status == 0)
        }
    }

    @Test func ownOpeningThatReleasesFilesIsNotAcknowledged() async throws {
        let world = try await World.copy()
        try await world.lying { liar in
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { body, answer in
                answer.response = try liar.response(
                    to: try Liar.request(body),
                    [AccessResponse.Release(file: Random.value(), parts: [try Part(.random(32))])])
            }
            let outcome = try await world.bevis("signe", "open", "1", "-o", "x")
            #expect(outcome.status == 1)
            #expect(
                outcome.err
                    == "bevis: the custodian released files that were not asked for; nothing was acknowledged"
                    + LyingReleaseTests.distrust)
            #expect(!world.exists("x"))
        }
    }

    /// The record is of another stream, though its leaf stands in the grant's; or has a number that no log can reach.
    @Test(arguments: [false, true]) func recordOfAnotherStreamOrBeyondTheLogIsNotUsed(_ isBeyond: Bool) async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            liar.answer("POST /v1/requests") { asked in
                let request = try Liar.request(asked.body)
                let forged = try await liar.forge(
                    request, number: isBeyond ? .max : nil, named: isBeyond ? nil : .matter(request.body.caseID))
                let seen = try #require(request.body.checkpoint)
                let old = try Checkpoint(parsing: UnverifiedNote(parsing: seen).text).size
                return try liar.granted(
                    forged.index, try forged.receipt(try liar.sign(forged.tree)), record: forged.record,
                    consistency: try ConsistencyProof(older: old, newer: forged.tree.count, from: forged.tree),
                    try liar.response(to: request, try await liar.releases(request.body)))
            }
            let outcome = try await open(world, grant)
            #expect(outcome.status == 1)
            #expect(
                outcome.err
                    == (isBeyond
                        ? "bevis: the vault numbers this opening 18446744073709551615, and its log has not as many "
                            + "entries\n  keep this message, and ask the vault's operator and an auditor\n"
                        : "bevis: the log's record speaks of another request; nothing was used"
                            + LyingReleaseTests.distrust))
            #expect(outcome.out == "" && !world.exists("x"))
        }
    }

    /// A right part for the officer's own grant, a wrong one for the owner's above it.
    @Test func wrongPartOfALayerAboveConvictsTheCustodian() async throws {
        let world = try await World.copy()
        try await world.employ("birgit", "Birgit Holm")
        _ = try await world.given([
            "1", "--to", "birgit.card", "--purpose", "Kontaktperson", "--rights", "list", "--lend", "read", "--lend-to",
            "police", "--approved-in-advance",
        ])
        let grant = try await world.id(
            of: try await world.bevis(
                "birgit", "grant", "1", "--to", "mads.card", "--purpose", "Anmeldelse", "--yes", "--json"))
        try await world.lying { liar in
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { asked, answer in
                let request = try Liar.request(asked)
                let wrong = try await liar.releases(request.body).map {
                    AccessResponse.Release(file: $0.file, parts: $0.parts + [try Part(.random(32))])
                }
                answer.response = try liar.response(to: request, wrong)
            }
            let outcome = try await open(world, grant)
            #expect(outcome.status == 1)
            #expect(!world.exists("x"))
            try await world.convicted(
                outcome, "the custodian released a wrong part for layer 2", "mads",
                "convicted: the custodian\nit released a part that is not the one which the grant's item list names\n")
            liar.tellTheTruth()
            #expect(try await open(world, grant).status == 0)
            #expect(try world.read("x") == World.original(1))
        }
    }

    /// The log itself lies: a leaf of the grant's stream whose number was there before, or leaves a gap.
    @Test(arguments: [false, true]) func numberThatIsRepeatedOrSkippedStopsTheOpening(_ isSkipped: Bool) async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            #expect(try await open(world, grant, "first").status == 0)
            liar.answer("POST /v1/requests") { asked in
                let request = try Liar.request(asked.body)
                let forged = try await liar.forge(request, number: isSkipped ? 3 : 1)
                let checkpoint = try liar.sign(forged.tree)
                let seen = try #require(request.body.checkpoint)
                let old = try Checkpoint(parsing: UnverifiedNote(parsing: seen).text).size
                return try liar.granted(
                    forged.index, try forged.receipt(checkpoint), record: forged.record,
                    consistency: try ConsistencyProof(older: old, newer: forged.tree.count, from: forged.tree),
                    try liar.response(to: request, try await liar.releases(request.body)))
            }
            let outcome = try await open(world, grant)
            #expect(outcome.status == 1)
            let words =
                isSkipped
                ? "entry 2 of a grant's stream is not given: something is withheld"
                : "the vault numbers this opening 1, but number 1 was seen before"
            #expect(
                outcome.err == "bevis: \(words)\n  keep this message, and ask the vault's operator and an auditor\n")
            #expect(outcome.out == "" && !world.exists("x"))
        }
    }
}

/// Ways to answer a request by other files than it asks for.
private enum Incomplete: CaseIterable, Sendable {
    case leavesOut, exchanges, leavesOutOfList, givesContentForList

    var isOfList: Bool { self == .leavesOutOfList || self == .givesContentForList }

    var words: String {
        switch self {
        case .leavesOut: "left out 1 of the 2 files that it had to release"
        case .exchanges: "released the files in another order than the one that was asked for"
        case .leavesOutOfList: "left out 1 of the 2 files that it had to release"
        case .givesContentForList: "released files that were not asked for"
        }
    }

    func releases(
        _ honest: [AccessResponse.Release], _ request: AccessRequest, _ liar: Liar
    ) async throws -> [AccessResponse.Release] {
        switch self {
        case .leavesOut, .leavesOutOfList: Array(honest.dropLast())
        case .exchanges: honest.reversed()
        case .givesContentForList: try await liar.releases(request, withContent: true)
        }
    }
}

extension Liar {
    /// Whether the custodian still holds its answer to a request, for nobody has acknowledged it.
    fileprivate func keepsResponse(to request: NoteHash) async throws -> Bool {
        try await custodian.stores.records.read { try $0.request(request)?.response != nil }
    }
}

/// Ways to release real parts without a leaf.
private enum Forgery {
    case noReceipt, noRecord, unreadableRecord, proofOfAnotherLeaf, checkpointWithoutIt, checkpointOfAnotherKey

    func answer(to body: [UInt8], by liar: Liar) async throws -> [UInt8] {
        let request = try Liar.request(body)
        let response = try liar.response(to: request, try await liar.releases(request.body))
        let forged = try await liar.forge(request)
        let own = try forged.receipt(try liar.sign(forged.tree))
        switch self {
        case .noReceipt: return try liar.granted(forged.index, "", record: forged.record, response)
        case .noRecord: return try liar.granted(forged.index, own, record: nil, response)
        case .unreadableRecord:
            return try liar.granted(forged.index, own, record: forged.record.dropLast() + [0], response)
        case .proofOfAnotherLeaf:
            let proof = try InclusionProof(
                index: forged.index - 1, size: forged.index, from: MemoryTree(try liar.leaves()))
            let receipt = LogProof(proof, checkpoint: try UnverifiedNote(parsing: liar.custodian.checkpoint))
            return try liar.granted(
                forged.index - 1, String(decoding: receipt.bytes, as: UTF8.self), record: forged.record, response)
        case .checkpointWithoutIt:
            return try liar.granted(
                forged.index, try forged.receipt(liar.custodian.checkpoint), record: forged.record, response)
        case .checkpointOfAnotherKey:
            return try liar.granted(
                forged.index, try forged.receipt(try liar.sign(forged.tree, by: SigningKey())), record: forged.record,
                response)
        }
    }
}

extension Sandbox {
    /// Checks that a command kept evidence and said so word for word, and what `bevis-audit` says of the file.
    func convicted(
        _ outcome: Outcome, _ words: String, _ person: String, _ verdict: String, status: Int32 = 1
    ) async throws {
        let kept = try names(in: "h-\(person)/evidence")
        #expect(kept.count == 1)
        let file = "h-\(person)/evidence/\(try #require(kept.first))"
        #expect(
            outcome.err
                == "bevis: \(words)\n  evidence was kept in \(path(file)); it says who is at fault: "
                + "bevis-audit evidence FILE --keys KEYS\n")
        let judged = try await tool("bevis-audit", "evidence", file, "--keys", "Keys")
        #expect(judged.status == status, "\(judged.err)")
        #expect(judged.out == verdict)
    }
}
