import AuditTrail
import CustodianProtocol
import Foundation
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import Testing
import TransparencyLog

@testable import Custodian

/// A custodian that signs two histories, withholds records or claims what its log does not say.
@Suite struct LyingLogTests {
    private static let ask = "\n  keep this message, and ask the vault's operator and an auditor\n"
    private static let forked = "the vault's log does not continue what was seen before: two histories were signed"
    private static let verdict = "convicted: the log\nit signed "

    /// A copy of the vault in which another leaf stands where the real one has Mads's opening.
    private func fork(_ world: Sandbox, _ grant: String, leaves: Int) async throws {
        world.killCustodian(SIGTERM)
        #expect(try await world.tool("cp", "-a", "v", "other").status == 0)
        let first = try await world.bevis(
            "mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "first")
        #expect(first.status == 0, "\(first.err)")
        world.killCustodian(SIGTERM)
        #expect(try await world.tool("rm", "-r", "v").status == 0)
        #expect(try await world.tool("mv", "other", "v").status == 0)
        for _ in 0..<leaves { #expect(try await world.bevis("signe", "open", "2", "-o", "-").status == 0) }
    }

    @Test(arguments: [1, 3]) func historyThatForkedIsFoundAndBothCheckpointsAreKept(_ leaves: Int) async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await fork(world, grant, leaves: leaves)
        let outcome = try await world.bevis(
            "mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x")
        #expect(outcome.status == 1)
        #expect(outcome.out == "" && !world.exists("x"))
        try await world.convicted(
            outcome, LyingLogTests.forked, "mads",
            LyingLogTests.verdict
                + (leaves == 1
                    ? "two different logs of one size\n"
                    : "a log that does not go on from the one it had signed before\n"))
    }

    /// The fork shows only in the answer to a request: the part in it is not used, whether or not the vault also shows
    /// the tiles that convict it.
    @Test(arguments: [false, true]) func forkInTheAnswerToARequestIsFoundBeforeThePartIsUsed(
        _ showsTiles: Bool
    ) async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            liar.answer("POST /v1/requests") { asked in
                let request = try Liar.request(asked.body)
                // In the log of this answer another leaf stands where the newest that the client has seen stood.
                let forged = try await liar.forge(request)
                let leaf = try forged.tree.hash(level: 0, index: forged.index)
                let tree = MemoryTree(try liar.leaves().dropLast() + [leaf, leaf])
                let index = tree.count - 1
                let proof = try InclusionProof(index: index, size: tree.count, from: tree)
                let receipt = LogProof(proof, checkpoint: try UnverifiedNote(parsing: try liar.sign(tree)))
                if showsTiles { try liar.show(tree) }
                return try liar.granted(
                    index, String(decoding: receipt.bytes, as: UTF8.self), record: forged.record,
                    consistency: try ConsistencyProof(older: index, newer: tree.count, from: tree),
                    try liar.response(to: request, try await liar.releases(request.body)))
            }
            let outcome = try await world.bevis(
                "mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x")
            #expect(outcome.status == 1)
            #expect(outcome.out == "" && !world.exists("x"))
            if showsTiles {
                try await world.convicted(
                    outcome, LyingLogTests.forked, "mads",
                    LyingLogTests.verdict + "a log that does not go on from the one it had signed before\n")
            } else {
                try await world.convicted(
                    outcome,
                    "the vault does not prove that its log continues what was seen before: "
                        + "two histories may have been signed", "mads",
                    "convicted: nobody\nthe two checkpoints alone prove nothing: ask the log to prove that they fit\n",
                    status: 0)
            }
        }
    }

    /// A false proof between two checkpoints of one honest log accuses nobody: the log's tiles say that they fit.
    @Test func falseProofOfAnHonestLogAccusesNobody() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            liar.alter("POST /v1/requests", as: Wire.Answer.self) { _, answer in
                answer.consistency = answer.consistency?.map { _ in String(repeating: "ab", count: 32) }
            }
            let outcome = try await world.bevis(
                "mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x")
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(try world.read("x") == World.original(1))
            #expect(!world.exists("h-mads/evidence"))
        }
    }

    @Test func recordThatIsWithheldIsSaidToBeMissing() async throws {
        let world = try await World.copy()
        try await world.lying { liar in
            let withheld = "bevis: 1 entry of the log is yours and its record was not given"
            let show = "\n  the vault withholds something; show this to somebody you trust\n"
            // The record of number 2, and the newest leaf with all that belongs to it.
            liar.alter("POST /v1/streams", as: Wire.Stream.self) { _, page in
                if page.leaves.count > 1 { page.leaves[1].record = nil }
            }
            let record = try await world.bevis("signe", "log")
            #expect(record.status == 4)
            #expect(record.err == withheld + show)
            #expect(record.outLines.count == 2, "what was given is shown: \(record.out)")
            liar.alter("POST /v1/streams", as: Wire.Stream.self) { _, page in
                if !page.leaves.isEmpty { page.leaves.removeLast() }
            }
            let newest = try await world.bevis("signe", "log")
            #expect(newest.status == 4)
            #expect(newest.err == withheld + show)
            // All of it.
            liar.alter("POST /v1/streams", as: Wire.Stream.self) { _, page in page.leaves = [] }
            let all = try await world.bevis("signe", "log")
            #expect(all.status == 4)
            #expect(all.out == "nobody has opened anything\n")
            #expect(all.err == "bevis: 3 entries of the log are yours and their records were not given" + show)
        }
    }

    @Test func numberThatIsSkippedRepeatedOrMisplacedIsTold() async throws {
        let world = try await World.copy()
        try await world.lying { liar in
            liar.alter("POST /v1/streams", as: Wire.Stream.self) { _, page in
                if page.leaves.count > 2 { page.leaves.remove(at: 1) }
            }
            let skipped = try await world.bevis("signe", "log")
            #expect(skipped.status == 1)
            #expect(skipped.err == "bevis: entry 2 of a stream is not where the custodian says" + LyingLogTests.ask)
            liar.alter("POST /v1/streams", as: Wire.Stream.self) { _, page in
                if page.leaves.count > 1 { page.leaves[1] = page.leaves[0] }
            }
            let repeated = try await world.bevis("signe", "log")
            #expect(repeated.status == 1)
            #expect(repeated.err == "bevis: entry 2 of a stream is not where the custodian says" + LyingLogTests.ask)
            // The record of number 1 in the place of number 2's, numbered as if it were.
            liar.alter("POST /v1/streams", as: Wire.Stream.self) { _, page in
                if page.leaves.count > 1 { page.leaves[1].record = page.leaves[0].record }
            }
            let exchanged = try await world.bevis("signe", "log")
            #expect(exchanged.status == 1)
            #expect(
                exchanged.err.contains(/^bevis: the record of entry [0-9]+ is not the one that the log holds\n/),
                "\(exchanged.err)")
            #expect(exchanged.err.hasSuffix(LyingLogTests.ask))
            for outcome in [skipped, repeated, exchanged] { #expect(outcome.out == "") }
        }
    }

    /// A size that no log has: whoever believed it would fetch without end.
    @Test func logThatSignsAHugeSizeIsNotBelieved() async throws {
        let world = try await World.copy()
        try await world.lying { liar in
            let log = liar.custodian.keys.log
            let checkpoint = Checkpoint(origin: log.verifierKey.name, size: 1 << 41, root: TreeHash.leaf([1]))
            let note = try log.sign(checkpoint.text).bytes
            liar.answer("GET /checkpoint") { _ in note }
            let outcome = try await world.bevis("signe", "log")
            #expect(outcome.status == 1)
            #expect(
                outcome.err == "bevis: the vault's log says that it has more entries than any log can have"
                    + LyingReleaseTests.distrust)
            #expect(outcome.out == "")
            liar.tellTheTruth()
            #expect(try await world.bevis("signe", "log").status == 0, "and nothing of it was remembered")
        }
    }

    // MARK: Revocation

    @Test func revocationCountsOnItsReceiptAndNotOnTheCustodiansWord() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        try await world.lying { liar in
            // Another entry's receipt; the leaf of something that was never logged.
            for isForged in [false, true] {
                liar.answer("POST /v1/revocations") { asked in
                    try Wire.encode(try await liar.acceptance(asked.body, isForged: isForged))
                }
                let outcome = try await world.bevis("signe", "revoke", grant)
                #expect(outcome.status == 1)
                #expect(outcome.out == "", "nothing is said to be revoked")
                let words =
                    isForged
                    ? "the receipt is not proven to be in the log; do not rely on it"
                    : "the receipt speaks of something else; do not rely on it"
                #expect(outcome.err == "bevis: \(words)" + LyingReleaseTests.distrust)
            }
            // The grant is said to have been revoked where it is listed, and its log does not say so.
            liar.tellTheTruth()
            liar.alter("POST /v1/grant-listings", as: [Wire.Grant].self) { _, grants in
                for place in grants.indices { grants[place].revoked = true }
            }
            let listed = try await world.bevis("signe", "grants", "--given")
            #expect(listed.status == 0)
            #expect(listed.out.contains("  open  to Mads Krag (police, Politi)  1 item  "), "\(listed.out)")
            #expect(
                listed.err.contains(
                    /^the vault says that grant ([0-9a-f]{12}) was revoked, but its log holds no such entry; do not rely on it: bevis revoke \1\n$/
                ), "\(listed.err)")
            // So the owner revokes it in earnest.
            let revoked = try await world.bevis("signe", "revoke", grant)
            #expect(revoked.status == 0, "\(revoked.err)")
            let honest = try await world.bevis("signe", "grants", "--given")
            #expect(honest.out.contains("  revoked  to Mads Krag"), "\(honest.out)")
            #expect(honest.err == "")
        }
    }
}

extension Liar {
    /// Serves the tile of a small log.
    fileprivate func show(_ tree: MemoryTree) throws {
        let coordinate = try TileCoordinate(level: 0, index: 0, width: Int(tree.count))
        let bytes = try (0..<tree.count).flatMap { try tree.hash(level: 0, index: $0).bytes.array }
        answer("GET /" + String(decoding: coordinate.path, as: UTF8.self)) { _ in bytes }
    }

    /// An answer to a revocation that was not taken: the receipt of the newest entry, or a leaf that the log lacks.
    fileprivate func acceptance(_ body: [UInt8], isForged: Bool) async throws -> Wire.Acceptance {
        let custodian = custodian
        let message: Wire.Note = try Wire.decode(body)
        let note = try Unverified<Revocation>(parsing: Array(message.note.utf8))
        let stream = StreamID.grant(note.body.grantID)
        let index = custodian.tree.size - 1
        let (key, newest) = try await custodian.stores.records.read { reader in
            (try custodian.streams.key(of: stream, in: reader), try reader.leaves(index..<index + 1).first?.record)
        }
        let record = Record(
            stream: stream, number: 1, time: Liar.now(), event: .revoked, actor: note.body.by, notes: [note.hash])
        let forged = DisclosedRecord(record: record, salt: Random.value(), notes: [note.note.bytes])
        let receipt = LogProof(
            try InclusionProof(index: index, size: index + 1, from: MemoryTree(try leaves())),
            checkpoint: try UnverifiedNote(parsing: custodian.checkpoint))
        let shown = try isForged ? forged.sealed(to: key) : newest ?? []
        return Wire.Acceptance(
            index: index, receipt: String(decoding: receipt.bytes, as: UTF8.self), record: Data(shown))
    }
}
