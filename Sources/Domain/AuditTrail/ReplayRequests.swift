import AgeFile
import Sharing
import SignedNote

// Requests, granted and refused.
extension Replay {
    mutating func judge(
        request note: Unverified<AccessRequest>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        line.caseID = body.caseID
        line.grantID = body.grantID
        line.action = body.action
        line.purpose = body.purpose
        line.journal = body.journal
        line.erasedCount = UInt64(body.items.count { state.items[$0].map { !$0.isWhole } ?? false })
        guard isSigned(leaf) else { return }
        judgeSeen(leaf)
        let lent = body.grantID.flatMap { state.grants[$0] }
        if case .grant(let id) = record.stream, state.grants[id] == nil {
            report(.grantUnknown, leaf.opened, unless: [StreamID](state.doubts))
        }
        let hash = record.notes[0]
        let names = [hash] + (lent.map { [$0.hash] } ?? [])
        let isEvent = record.event == .refused || record.event == Event(body.action)
        isConsistent(
            isEvent && record.actor == body.card && record.items == body.items && record.notes == names
                && record.stream == stream(of: body), leaf)
        let id = ReplayState.RequestID(hash)
        if state.requests[id] != nil { report(.requestRepeated, leaf.opened) }
        decide(body, record, lent, leaf)
        let wasGranted = record.event != .refused
        state.requests[id] = ReplayState.Decided(
            subject: ReplayState.subject(record), wasGranted: wasGranted)
        // An owner is not given the checkpoints that were kept.
        if wasGranted, holdsVault { uncovered.append(leaf.opened.index) }
        if wasGranted, body.action.isOpening { countOpening(body.grantID) }
    }

    /// The checkpoint that somebody names is one that the log has signed, of this log.
    mutating func judgeSeen(_ leaf: CheckedLeaf) {
        switch leaf.seen {
        case .none, .fits: break
        case .notSigned: report(.headNotSigned, leaf.opened)
        case .forked: report(.forked, leaf.opened)
        }
    }

    private func stream(of request: AccessRequest) -> StreamID {
        if let grant = request.grantID { return state.grants[grant] == nil ? .vault : .grant(grant) }
        return state.matters[request.caseID] == nil ? .vault : .matter(request.caseID)
    }

    private mutating func countOpening(_ id: GrantID?) {
        var next = id
        while let id = next, let lent = state.grants[id] {
            state.grants[id]?.openingsUsed += 1
            next = lent.grant.parent.flatMap { state.grantIDs[$0] }
        }
    }

    private mutating func decide(
        _ body: AccessRequest, _ record: Record, _ lent: ReplayState.Lent?, _ leaf: CheckedLeaf
    ) {
        guard let requester = state.cards[body.card], let chain = state.chain(body.grantID) else {
            return reportUnknownCard(leaf.opened)
        }
        if state.custodian == nil { state.custodian = body.custodian }
        let matter = state.matters[body.caseID]
        let verdict = Decision.decide(
            AccessContext(
                request: body, requester: requester, membership: state.membership(body.membership), chain: chain,
                caseCard: matter?.card, caseCardHash: matter?.hash,
                standings: body.items.map { standing($0, body, lent) },
                custodian: state.custodian ?? body.custodian, time: record.time,
                clock: record.clock, witnessTime: nil))
        compare(record, verdict, body.caseID, chain, isListKnown: lent?.isListKnown ?? true, leaf)
    }

    private func standing(_ id: AgeFileID, _ body: AccessRequest, _ lent: ReplayState.Lent?) -> ItemStanding {
        guard let item = state.items[id], item.caseID == body.caseID else { return .absent }
        if item.isErased { return .erased }
        guard body.grantID != nil else { return .present }
        return lent?.items.contains(id) == true ? .present : .absent
    }

    private mutating func compare(
        _ record: Record, _ verdict: Verdict, _ caseID: CaseID, _ chain: [GrantState], isListKnown: Bool,
        _ leaf: CheckedLeaf
    ) {
        let (logged, expected) = (Set(record.failures), Set(verdict.failures))
        var (added, missing) = (logged.subtracting(expected), expected.subtracting(logged))
        if !isListKnown {
            // Without the list nobody can tell what was lent beyond what the record names.
            added.remove(.notListed)
            missing.remove(.notListed)
        }
        // Whether there was room nobody can tell afterwards; it turns away only what would have been granted.
        if record.failures == [.noRoom], expected.isEmpty { return }
        guard !added.isEmpty || !missing.isEmpty else { return }
        let kind: Finding.Kind
        if logged.isEmpty {
            kind = .grantedAgainstRules
        } else {
            kind = expected.isEmpty ? .refusedAgainstRules : .refusedForOtherReasons
        }
        let isExplained = isExplained(added: added, missing: missing, caseID, chain)
        report(
            Finding(
                kind, severity: isExplained ? .incomplete : nil, index: leaf.opened.index, stream: leaf.opened.stream,
                failures: added.union(missing).sorted()))
    }

    /// Whether withheld records may be why record and replay differ.
    ///
    /// A withheld record can tell of an end that the record knows (`added`), and of something that makes up for what
    /// the replay misses (`missing`); nothing makes up for a revocation or a window.
    func isExplained(
        added: Set<Failure>, missing: Set<Failure>, _ caseID: CaseID, _ chain: [GrantState]
    ) -> Bool {
        var possible: (added: Set<Failure>, missing: Set<Failure>) = ([], [])
        if state.doubts.contains(.vault) || !holdsVault {
            possible.added.formUnion([.cardWithdrawn, .grantAboveEnded, .notMember])
            possible.missing.formUnion(holdsVault ? [.unknownCase, .issuerNotAccepted] : [.issuerNotAccepted])
            possible.missing.insert(.notMember)
        }
        if state.doubts.contains(.matter(caseID)) {
            possible.added.formUnion([.erased, .notOwner, .wrongCase, .declined, .grantAboveEnded])
            possible.missing.formUnion([.notApproved, .notListed, .notOwner, .wrongCase, .parentMissing])
        }
        if chain.contains(where: { state.doubts.contains(.grant($0.grant.id)) }) {
            possible.added.formUnion([.revoked, .expired, .openingsUsedUp, .grantAboveEnded])
        }
        return added.isSubset(of: possible.added) && missing.isSubset(of: possible.missing)
    }

    /// A granted request whose grant ended before the response was fetched: the response is withdrawn, once.
    mutating func judgeWithdrawnResponse(_ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine) {
        let id = ReplayState.RequestID(record.notes[0])
        guard let request = state.requests[id], request.wasGranted, !request.isWithdrawn else {
            return report(.requestRepeated, leaf.opened)
        }
        isConsistent(request.concerns(ReplayState.subject(record)), leaf)
        state.requests[id]?.withdraw()
        var chain: [GrantState] = []
        if case .grant(let id) = record.stream {
            guard let known = state.chain(id) else { return reportUnknownCard(leaf.opened) }
            chain = known
            line.caseID = chain.first?.grant.caseID
        }
        var reasons = endings(of: chain, at: record.time)
        if record.items.contains(where: { state.items[$0]?.isErased == true }) { reasons.insert(.erased) }
        if record.failures.isEmpty || record.failures != Verdict(reasons).failures {
            let streams = chain.map { StreamID.grant($0.grant.id) }
            report(.refusedAgainstRules, leaf.opened, failures: record.failures, unless: streams)
        }
    }

    private func endings(of chain: [GrantState], at time: Timestamp) -> Set<Failure> {
        var endings: Set<Failure> = []
        for (level, link) in chain.enumerated() {
            if let ending = link.ending(at: time, isOwn: level == 0) { endings.insert(ending) }
        }
        return endings
    }
}
