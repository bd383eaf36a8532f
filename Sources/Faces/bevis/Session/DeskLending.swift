import AgeFile
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

// What a person holds and has given, and what waits for her.
extension Desk {
    /// The grants to this person, or to a unit that she belongs to.
    func heldGrants() throws -> [HeldGrant] {
        try session.heldGrants(by: caller, identity: person.identity.age, units: units) { id, error in
            let reason = Explanation.of(error)?.message ?? "it cannot be read"
            Output(json: false).note("grant \(short(id)) cannot be used: \(reason)")
        }
    }

    /// The grant to this person that was named by the first digits of its id, with `option`, or the only one that counts.
    func heldGrant(_ prefix: String?, option: String = "--grant") throws -> HeldGrant {
        let matching = try heldGrants().filter { held in
            guard let prefix else { return [.open, .notYet, .waiting].contains(held.state) }
            return string(held.grant.id.hex).hasPrefix(prefix)
        }
        guard let only = matching.first else {
            throw CommandFailure(.refused, "you hold no such grant", hint: "see: bevis grants")
        }
        guard matching.count == 1 else {
            throw CommandFailure(
                .usage, "you hold several such grants", hint: "name one with \(option); see: bevis grants")
        }
        guard only.state != .waiting else {
            throw CommandFailure(
                .refused, "grant \(short(only.grant.id)) waits for the owner's approval",
                hint: "she sees that at her next contact with the vault; ask her to look")
        }
        return only
    }

    /// The grants that this person gave, and all below them: in her case, and under what she holds.
    func givenGrants(_ matter: String?) throws -> [GivenGrant] {
        let held = try heldGrants().filter { $0.grant.lend.rights != .none }
        let below = held.isEmpty ? [] : try session.givenGrants(below: held, by: caller)
        guard try matter != nil || !ownCases().isEmpty else { return try proven(below) }
        return try proven(try session.givenGrants(of: ownCase(matter), by: caller) + below)
    }

    /// A grant counts as revoked, or as expired before its time, where the log says so and not on the custodian's word:
    /// she would believe that somebody can open no more.
    private func proven(_ given: [GivenGrant]) throws -> [GivenGrant] {
        try given.map { one in
            let isClaimed = one.isRevoked || one.isExpired && Person.now() < one.grant.notAfter
            guard isClaimed, try !session.isEndLogged(one, by: caller) else { return one }
            let id = short(one.grant.id)
            Output(json: false).note(
                "the vault says that grant \(id) \(one.isRevoked ? "was revoked" : "has expired"), but its log holds no "
                    + "such entry; do not rely on it: bevis revoke \(id)")
            return one.withoutEnd
        }
    }

    /// The grant that was named by the first digits of its id among those given.
    func givenGrant(_ prefix: String, _ matter: String?) throws -> GivenGrant {
        let matching = try givenGrants(matter).filter { string($0.grant.id.hex).hasPrefix(prefix) }
        guard let only = matching.first, matching.count == 1 else {
            throw CommandFailure(.unreachable, "no single grant of yours has this id", hint: "bevis grants --given")
        }
        return only
    }
}
