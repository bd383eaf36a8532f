import AgeFile
import CustodianClient
import Home
import Sharing
import SignedNote
import Terminal
import TransparencyLog
import Vault

/// What waits for an owner.
enum Waiting {
    /// Grants, for her yes.
    case grants
    /// What is to be erased.
    case erasures
}

// What waits for an owner at each contact with the vault, whatever she came for. Nothing of it may keep her from that.
extension Desk {
    /// Tells an owner what is to be erased and what waits for her yes, and extends her standing grants by what was added
    /// since. What fails of it is told, and nothing else fails with it.
    /// - Parameter shown: what the command itself shows, and need not be told here.
    func attend(besides shown: Set<Waiting> = []) {
        let failures = [
            failure { if !shown.contains(.erasures) { try tellOfErasures() } },
            failure { try tellAndExtend(tellsWaiting: !shown.contains(.grants)) },
        ].compactMap { $0 }
        // Both for one reason, as where her card was withdrawn: once is enough.
        for (index, words) in failures.enumerated() where failures.firstIndex(of: words) == index {
            Output(json: false).note("what waits for you could not be looked at: \(words)")
        }
    }

    private func tellAndExtend(tellsWaiting: Bool) throws {
        let pending = try session.pending(by: caller)
        if tellsWaiting, pending.waitingCount > 0 {
            let what = pending.waitingCount == 1 ? "1 grant waits" : "\(pending.waitingCount) grants wait"
            Output(json: false).note("\(what) for your approval; look and answer: bevis approve")
        }
        if pending.behindCount > 0 { try extendStanding(pending, tells: tellsWaiting) }
    }

    /// Why something failed, in words; `nil` where it did not.
    private func failure(_ body: () throws -> Void) -> String? {
        do { try body() } catch {
            guard let why = Explanation.of(error) else { return "\(error)" }
            return why.message + (why.hint.map { "\n  \($0)" } ?? "")
        }
        return nil
    }

    private func extendStanding(_ pending: Pending, tells: Bool) throws {
        let (cases, _) = try session.ownCases(by: caller, identity: person.identity.age)
        var left = Set<AgeFileID>()
        for own in cases {
            let behind = try session.behind(pending, of: own)
            guard !behind.isEmpty else { continue }
            let items = try session.items(of: own, by: caller)
            for standing in behind {
                if let words = failure({ left.formUnion(try extend(standing, of: own, by: items)) }) {
                    Output(json: false).note(
                        "grant \(short(standing.grant.id)) could not be extended by what was added: \(words)")
                }
            }
        }
        if tells { tellOfUnlent(left) }
    }

    /// Extends a standing grant by what it does not cover yet.
    /// - Returns: what was left out.
    private func extend(_ standing: GivenGrant, of own: OwnCase, by items: [SealedItem]) throws -> [AgeFileID] {
        let listed = Set(standing.items)
        let (new, left) = try unasked(items.filter { !listed.contains($0.id) }, own)
        guard !new.isEmpty else { return left }
        let receipt = try session.extend(standing, by: new, of: own, by: caller)
        Output(json: false).note(
            "grant \(short(standing.grant.id)) to \(CardView(standing.to).text) now covers \(new.count) more "
                + "\(new.count == 1 ? "item" : "items") (entry \(receipt.proof.index) of the log)")
        return left
    }

    /// Those of some items that are lent without her looking at each: what she or a device of hers took in, and can be
    /// read. A stranger's would else go out in her name.
    func unasked(
        _ items: [SealedItem], _ own: OwnCase
    ) throws -> (lent: [SealedItem], left: [AgeFileID]) {
        // Whoever no longer stands on the case card is not asked about: that would cost the whole log each time.
        let hers = items.filter { own.card.attests($0.ingest.signer) && known($0, own) != nil }
        let devices = hers.filter { $0.ingest.signer != own.card.ownerKey }
        let attested = try devices.isEmpty ? [:] : session.attestations(of: devices, in: own, by: caller)
        let lent = hers.filter { $0.ingest.signer == own.card.ownerKey || attested[$0.id] == true }
        let ids = Set(lent.map(\.id))
        return (lent, items.map(\.id).filter { !ids.contains($0) })
    }

    /// Tells of items that standing grants do not cover, in one line.
    func tellOfUnlent(_ left: some Collection<AgeFileID>) {
        guard !left.isEmpty else { return }
        Output(json: false).note(
            "not lent under your standing grants, because somebody unknown added it or it cannot be read: "
                + "\(ListedNames.text(left.map { short($0) }.sorted())); look: bevis list; to lend one all the same: "
                + "bevis grant; to have it destroyed: bevis erase")
    }
}
