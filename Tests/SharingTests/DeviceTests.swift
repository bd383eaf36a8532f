import SignedNote
import Sodium
import Testing

@testable import Sharing

/// Pairings and heartbeats: what fits together, and what does not.
@Suite struct DeviceTests {
    private func pairing(_ world: World, _ card: Verified<CaseCard>, by signer: NoteSigner) throws -> Unverified<
        Pairing
    > {
        let body = Pairing(
            device: world.phone.verifierKey, caseCard: card.bytes, custodian: world.custodian.verifierKey,
            log: world.log.verifierKey, address: try plain("unix:/srv/mappen/socket"), time: world.made)
        return try Unverified(parsing: try Verified(body, signedBy: signer).bytes)
    }

    @Test func pairingByTheOwnerThatNamesTheDeviceIsTaken() throws {
        let world = try World()
        let (body, card) = try Pairing.check(try pairing(world, world.caseCard, by: world.owner))
        #expect(body.device == world.phone.verifierKey && card.hash == world.caseCard.hash)
    }

    @Test func pairingBySomebodyElseOrWithoutTheDeviceIsRefused() throws {
        let world = try World()
        #expect(throws: NoteError.self) {
            try Pairing.check(try self.pairing(world, world.caseCard, by: world.officer))
        }
        let old = world.caseCard.body
        let without = CaseCard(
            caseID: old.caseID, number: 0, previous: nil, recipient: old.recipient, ownerKey: old.ownerKey,
            logKey: old.logKey, signers: [])
        let card = try Verified(without, signedBy: world.owner)
        #expect(throws: NoteError.self) { try Pairing.check(try self.pairing(world, card, by: world.owner)) }
        // A case card that its own owner's key has not signed.
        let forged = try Verified(old, signedBy: world.officer)
        #expect(throws: NoteError.self) { try Pairing.check(try self.pairing(world, forged, by: world.owner)) }
    }

    @Test func fingerprintShowsTheFirstEightBytesOfTheTextsHash() throws {
        let hash = try NoteHash(hex: Array("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff".utf8))
        #expect(Pairing.fingerprint(hash) == Array("0011 2233 4455 6677".utf8))
    }

    @Test func heartbeatWhoseNumbersDoNotFitIsRefused() throws {
        let world = try World()
        func heartbeat(
            taken: UInt64, newest: Bool, newestTime: Bool, waiting: UInt64, oldest: Bool, warnings: [DeviceWarning] = []
        ) -> [UInt8] {
            Heartbeat(
                caseID: world.caseID, device: world.phone.verifierKey, time: world.made, taken: taken,
                newest: newest ? fixed("newest") : nil, newestTime: newestTime ? world.made : nil, waiting: waiting,
                oldestWaiting: oldest ? world.made : nil, warnings: warnings
            ).text
        }
        _ = try Heartbeat(parsing: heartbeat(taken: 0, newest: false, newestTime: false, waiting: 0, oldest: false))
        for wrong in [
            heartbeat(taken: 0, newest: true, newestTime: false, waiting: 0, oldest: false),
            heartbeat(taken: 1, newest: false, newestTime: true, waiting: 0, oldest: false),
            heartbeat(taken: 1, newest: true, newestTime: false, waiting: 0, oldest: false),
            heartbeat(taken: 0, newest: false, newestTime: true, waiting: 0, oldest: false),
            heartbeat(taken: 0, newest: false, newestTime: false, waiting: 1, oldest: false),
            heartbeat(taken: 0, newest: false, newestTime: false, waiting: 0, oldest: true),
            heartbeat(
                taken: 0, newest: false, newestTime: false, waiting: 0, oldest: false, warnings: [.quiet, .quiet]),
        ] {
            #expect(throws: NoteError.self) { try Heartbeat(parsing: wrong) }
        }
    }
}
