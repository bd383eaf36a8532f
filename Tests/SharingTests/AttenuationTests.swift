import SignedNote
import Testing

@testable import Sharing

/// What a grant lends on never grows down a chain (formats B2, "The note").
@Suite struct AttenuationTests {
    private static let rights: [Right] = [.none, .list, .read, .export]

    private func issuers(_ random: inout SeededRandom) throws -> [VerifierKey] {
        try ["a.example", "b.example", "c.example"].filter { _ in random.once(in: 2) }
            .map { try signer($0).verifierKey }
    }

    private func randomize(_ draft: inout Draft, _ random: inout SeededRandom) throws {
        draft.rights = random.element(AttenuationTests.rights)
        draft.lend = random.element(AttenuationTests.rights)
        draft.depth = UInt64.random(in: 0...3, using: &random)
        draft.issuers = try issuers(&random)
        draft.approval = random.once(in: 2) ? .owner : .none
        draft.scope = random.once(in: 6) ? .standing : .items
        draft.notBefore = moment(UInt64.random(in: 1...4, using: &random) * 1_000)
        draft.notAfter = moment(UInt64.random(in: 6...9, using: &random) * 1_000)
        draft.openings = random.once(in: 3) ? nil : UInt64.random(in: 0...3, using: &random)
        draft.journal = random.once(in: 2) ? .required : .optional
        if random.once(in: 12) { draft.custodian = try signer("other.example").verifierKey }
        if random.once(in: 12) { draft.caseID = fixed("case 2") }
    }

    /// Takes the child back to the parent's limit in every dimension but those that chance leaves as they are.
    private func narrow(_ child: inout Draft, to parent: Draft, _ random: inout SeededRandom) {
        let chances = random.once(in: 2) ? 1_000 : 6
        if !random.once(in: chances) { child.rights = min(child.rights, parent.lend) }
        if !random.once(in: chances) { child.lend = min(child.lend, parent.lend) }
        if !random.once(in: chances), parent.depth > 0 { child.depth = min(child.depth, parent.depth - 1) }
        if !random.once(in: chances) { child.issuers = child.issuers.filter { parent.issuers.contains($0) } }
        if !random.once(in: chances) { child.approval = parent.approval == .owner ? .owner : child.approval }
        if !random.once(in: chances) { child.scope = .items }
        if !random.once(in: chances) { child.notBefore = max(child.notBefore, parent.notBefore) }
        if !random.once(in: chances) { child.notAfter = min(child.notAfter, parent.notAfter) }
        if !random.once(in: chances), let limit = parent.openings {
            child.openings = min(child.openings ?? limit, limit)
        }
        if !random.once(in: chances), parent.journal == .required { child.journal = .required }
        if !random.once(in: chances) { (child.custodian, child.caseID) = (parent.custodian, parent.caseID) }
    }

    /// The rules written a second time, each dimension as one sentence of the specification.
    private func broken(_ child: Draft, under parent: Draft) -> Set<Failure> {
        let place = { (right: Right) in AttenuationTests.rights.firstIndex(of: right) ?? 9 }
        let sound = [
            place(child.rights) <= place(parent.lend),
            place(child.lend) <= place(parent.lend),
            child.depth + 1 <= parent.depth,
            Set(child.issuers).isSubset(of: parent.issuers),
            !(child.approval == .none && parent.approval == .owner),
            child.scope == .items,
            child.notBefore.seconds >= parent.notBefore.seconds,
            child.notAfter.seconds <= parent.notAfter.seconds,
            parent.openings == nil || (child.openings ?? .max) <= (parent.openings ?? .max),
            !(child.journal == .optional && parent.journal == .required),
            child.custodian == parent.custodian,
        ]
        var failures: Set<Failure> = sound.contains(false) ? [.broaderThanParent] : []
        if child.caseID != parent.caseID { failures.insert(.wrongCase) }
        return failures
    }

    private func randomOffer(_ random: inout SeededRandom) throws -> Offer {
        var offer = try Offer(above: 1)
        try randomize(&offer.above[0].draft, &random)
        offer.above[0].draft.parent = nil
        try randomize(&offer.draft, &random)
        narrow(&offer.draft, to: offer.above[0].draft, &random)
        offer.custodian = offer.draft.custodian
        offer.to = CardState(
            card: offer.to.card, hash: offer.to.hash, issuer: try issuers(&random).first, isWithdrawn: false)
        return offer
    }

    @Test func childIsTakenOnlyWithinItsParentInEveryDimension() throws {
        var random = SeededRandom(seed: 2026)
        var taken = 0
        var refused = 0
        for _ in 0..<4_000 {
            let offer = try randomOffer(&random)
            let parent = offer.above[0].draft
            var expected = broken(offer.draft, under: parent)
            if offer.draft.rights == .none && offer.draft.lend == .none { expected.insert(.nothingLent) }
            if !(offer.to.issuer.map { parent.issuers.contains($0) } ?? false) { expected.insert(.issuerNotAccepted) }
            let failures = offer.failures
            #expect(failures == expected.sorted())
            if failures.isEmpty { taken += 1 } else { refused += 1 }
        }
        #expect(taken > 100 && refused > 1_000)
    }

    /// Every way to go one step beyond the parent, where the parent leaves such a step.
    private func widenings(of offer: Offer) throws -> [(String, Offer)] {
        let parent = offer.above[0].draft
        var widened: [(String, Offer)] = []
        func widen(_ name: String, _ change: (inout Draft) -> Void) {
            var copy = offer
            change(&copy.draft)
            widened.append((name, copy))
        }
        for right in AttenuationTests.rights where right > parent.lend {
            widen("rights") { $0.rights = right }
            widen("lend") { $0.lend = right }
        }
        widen("depth") { $0.depth = parent.depth }
        widen("depth by far") { $0.depth = .max }
        for name in ["a.example", "b.example", "c.example", "d.example"] {
            let issuer = try signer(name).verifierKey
            if !parent.issuers.contains(issuer) { widen("issuers") { $0.issuers.append(issuer) } }
        }
        if parent.approval == .owner { widen("approval") { $0.approval = .none } }
        widen("scope") { $0.scope = .standing }
        widen("start") { $0.notBefore = Timestamp(seconds: parent.notBefore.seconds - 1) }
        widen("end") { $0.notAfter = Timestamp(seconds: parent.notAfter.seconds + 1) }
        if let limit = parent.openings {
            widen("openings") { $0.openings = limit + 1 }
            widen("openings without limit") { $0.openings = nil }
        }
        if parent.journal == .required { widen("journal") { $0.journal = .optional } }
        let other = try signer("other.example").verifierKey
        widen("custodian") { $0.custodian = $0.custodian == other ? parent.issuers.first ?? other : other }
        widen("case") { $0.caseID = fixed("case 3") }
        widen("grantor") { $0.from = fixed("another card") }
        return widened
    }

    @Test func everySingleWideningOfATakenChildIsRefused() throws {
        var random = SeededRandom(seed: 7)
        var seen: Set<String> = []
        var taken = 0
        while taken < 150 {
            let offer = try randomOffer(&random)
            guard offer.failures.isEmpty else { continue }
            taken += 1
            for (name, wider) in try widenings(of: offer) {
                #expect(!wider.failures.isEmpty, "\(name)")
                seen.insert(name)
            }
        }
        #expect(seen.count == 15)
    }

    /// Down a chain of taken grants nothing grows.
    @Test func limitsShrinkDownTheChain() throws {
        var random = SeededRandom(seed: 9)
        var deepest = 0
        for _ in 0..<1_500 {
            var offer = try randomOffer(&random)
            guard offer.failures.isEmpty else { continue }
            let root = offer.above[0].draft
            for level in 0..<3 {
                var link = Link(draft: offer.draft, recipient: offer.to, hash: fixed("taken \(level)"))
                link.isApproved = true
                offer.above.insert(link, at: 0)
                offer.from = offer.to
                offer.signer = offer.from.card.key
                let parent = offer.draft
                try randomize(&offer.draft, &random)
                narrow(&offer.draft, to: parent, &random)
                (offer.draft.parent, offer.draft.from) = (fixed("taken \(level)"), offer.from.hash)
                offer.custodian = offer.draft.custodian
                guard offer.failures.isEmpty else { break }
                #expect(broken(offer.draft, under: parent).isEmpty)
                #expect(offer.draft.depth + UInt64(level) + 2 <= root.depth)
                #expect(offer.draft.rights <= root.lend && offer.draft.lend <= root.lend)
                deepest = max(deepest, level + 2)
            }
        }
        #expect(deepest >= 2)
    }
}
