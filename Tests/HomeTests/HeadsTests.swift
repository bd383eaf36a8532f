import Foundation
import SignedNote
import Sodium
import Testing

@testable import Home

@Suite struct HeadsTests {
    private let bench = Bench()
    private let origin: KeyName
    private let log: NoteSigner
    private let custodian: NoteSigner

    init() throws {
        origin = try KeyName("vault.example/log".utf8)
        log = NoteSigner(name: origin, key: SigningKey())
        custodian = NoteSigner(name: try KeyName("vault.example/custodian".utf8), key: SigningKey())
    }

    private func checkpoint(_ size: Int, root: String = "cm9vdA==", by signer: NoteSigner? = nil, origin: String? = nil)
        throws
        -> VerifiedNote
    {
        let text = "\(origin ?? "vault.example/log")\n\(size)\n\(root)\n"
        return try (signer ?? log).sign(Array(text.utf8))
    }

    private func trusting(_ heads: Heads) throws -> VaultMemory {
        let memory = try heads.open(origin)
        try memory.trust(
            logKey: log.verifierKey, custodianKey: custodian.verifierKey, basis: .firstUse, at: created)
        return memory
    }

    @Test func whatIsRememberedComesBack() throws {
        let heads = Heads(try bench.home)
        let stream = try KeyName("case/00ff".utf8)
        do {
            let memory = try trusting(heads)
            try memory.remember(try checkpoint(5), streams: [stream: 3])
            try memory.remember(try checkpoint(5))
            try memory.remember(try checkpoint(6), streams: [try KeyName("vault".utf8): 1])
        }
        let memory = try heads.open(origin)
        let vault = try #require(memory.vault)
        #expect(vault.logKey == log.verifierKey && vault.custodianKey == custodian.verifierKey)
        #expect(vault.checkpoint?.text == Array("vault.example/log\n6\ncm9vdA==\n".utf8))
        #expect(vault.streams[stream] == 3 && vault.streams.count == 2)
        #expect(vault.basis == .firstUse && vault.since == created)
        #expect(try heads.all() == [vault])
    }

    @Test func otherKeysThanTheTrustedOnesAreRefused() throws {
        let memory = try trusting(Heads(try bench.home))
        let stranger = NoteSigner(name: origin, key: SigningKey())
        #expect(throws: HomeError(.keyChanged, "", "")) {
            try memory.trust(
                logKey: stranger.verifierKey, custodianKey: custodian.verifierKey, basis: .given, at: created)
        }
        #expect(throws: HomeError(.keyChanged, "", "")) {
            try memory.trust(logKey: log.verifierKey, custodianKey: stranger.verifierKey, basis: .given, at: created)
        }
        #expect(throws: HomeError(.keyChanged, "", "")) { try memory.remember(try checkpoint(1, by: stranger)) }
        #expect(memory.vault?.checkpoint == nil)
    }

    @Test func givenKeysCountForMoreThanSeenOnes() throws {
        let memory = try trusting(Heads(try bench.home))
        try memory.remember(try checkpoint(2))
        let later = Timestamp(seconds: created.seconds + 5)
        try memory.trust(logKey: log.verifierKey, custodianKey: custodian.verifierKey, basis: .given, at: later)
        #expect(memory.vault?.basis == .given && memory.vault?.since == later && memory.vault?.checkpoint != nil)
        try memory.trust(logKey: log.verifierKey, custodianKey: custodian.verifierKey, basis: .firstUse, at: created)
        #expect(memory.vault?.basis == .given)
    }

    @Test func nothingIsRememberedWithoutTrust() throws {
        let memory = try Heads(try bench.home).open(origin)
        #expect(throws: HomeError(.missing, "", "")) { try memory.remember(try checkpoint(1)) }
    }

    @Test func aShorterLogOrLowerNumberIsRefused() throws {
        let memory = try trusting(Heads(try bench.home))
        let stream = try KeyName("vault".utf8)
        try memory.remember(try checkpoint(5), streams: [stream: 4])
        #expect(throws: HomeError(.older, "", "")) { try memory.remember(try checkpoint(4)) }
        #expect(throws: HomeError(.older, "", "")) { try memory.remember(try checkpoint(6), streams: [stream: 3]) }
        #expect(throws: HomeError(.altered, "", "")) { try memory.remember(try checkpoint(5, root: "b3RoZXI=")) }
        #expect(throws: HomeError(.altered, "", "")) { try memory.remember(try checkpoint(7, origin: "other.example")) }
        #expect(memory.vault?.streams[stream] == 4)
        #expect(try memory.vault?.checkpoint?.text == checkpoint(5).text)
    }

    @Test func twoCommandsDoNotHoldOneMemory() throws {
        let heads = Heads(try bench.home)
        let memory = try trusting(heads)
        #expect(throws: HomeError(.inUse, "", "")) { _ = try heads.open(origin, patience: .milliseconds(50)) }
        _ = try heads.open(try KeyName("another.example/log".utf8), patience: .milliseconds(50))
        #expect(memory.vault != nil)
    }

    @Test func aDamagedMemoryIsRefused() throws {
        let heads = Heads(try bench.home)
        _ = try trusting(heads)
        let folders = try FileManager.default.contentsOfDirectory(atPath: bench.path + "/vaults")
        let folder = try #require(folders.first)
        #expect(folder.count == 16)
        let good = try bench.read("vaults/\(folder)/state")
        let text = String(decoding: good, as: UTF8.self)
        let stream = "stream vault\nseen 1\n"
        let earlier = "stream grant/00\nseen 1\n"
        try bench.write("vaults/\(folder)/state", Array((text + earlier + stream).utf8))
        _ = try heads.open(origin)
        for wrong in [
            "", text + "x\n", text + stream + stream, text + stream + earlier,
            text.replacingOccurrences(of: "first-use", with: "maybe"),
        ] {
            try bench.write("vaults/\(folder)/state", Array(wrong.utf8))
            #expect(throws: HomeError(.altered, "", "")) { _ = try heads.open(origin) }
        }
        let moved = text.replacingOccurrences(of: "origin vault.", with: "origin other.")
        try bench.write("vaults/\(folder)/state", Array(moved.utf8))
        #expect(throws: HomeError(.altered, "", "")) { _ = try heads.open(origin) }
        try bench.write("vaults/\(folder)/state", good)
        _ = try heads.open(origin)
    }

    @Test func cardsComeBackByHashWithAllSignatures() throws {
        let cards = Cards(try bench.home)
        let text = Array("bevis.example/card/v1\nname x\n".utf8)
        let first = try log.sign(text).note
        let second = try custodian.sign(text).note
        try cards.keep(first)
        try cards.keep(second)
        try cards.keep(first)
        #expect(try cards.card(first.hash).signatures == first.signatures + second.signatures)
        #expect(try cards.all().count == 1)
        #expect(throws: HomeError(.missing, "", "")) { try cards.card(NoteHash(of: [1])) }
        let name = "cards/" + String(decoding: first.hash.hex, as: UTF8.self) + ".note"
        try bench.write(name, try log.sign(Array("another\n".utf8)).bytes)
        #expect(throws: HomeError(.altered, "", "")) { try cards.card(first.hash) }
        #expect(throws: HomeError(.altered, "", "")) { try cards.keep(first) }
    }

    @Test func machinesOfACaseComeBack() throws {
        let machines = CaseMachines(try bench.home)
        let (id, other): (Digest, Digest) = (Random.value(), Random.value())
        #expect(try machines.known(of: id.bytes) == nil)
        for recipients in [["age1one"], ["age1one", "age1two"], []] {
            let known = KnownMachines(recipients.map { Array($0.utf8) })
            try machines.keep(known, of: id.bytes)
            #expect(try machines.known(of: id.bytes) == known)
        }
        #expect(try machines.known(of: other.bytes) == nil)
        try bench.write("machines/" + String(decoding: other.hex, as: UTF8.self), Array("another\n".utf8))
        #expect(throws: HomeError(.altered, "", "")) { try machines.known(of: other.bytes) }
        #expect(throws: HomeError(.altered, "", "")) { try machines.keep(KnownMachines([[0x0A]]), of: id.bytes) }
    }
}
