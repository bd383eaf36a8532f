import AgeFile
import AuditTrail
import CustodianClient
import Dossier
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// Writes one folder of a handover.
struct HandoverWriter {
    /// What the owner states of the handover.
    struct Statement {
        var to: PlainText?
        var purpose: PlainText?
        var journal: PlainText?
    }

    let plan: HandoverPlan
    let statement: Statement
    private var desk: Desk { plan.book.desk }
    private var own: OwnCase { plan.book.own }

    init(_ plan: HandoverPlan, _ statement: Statement) {
        self.plan = plan
        self.statement = statement
    }

    /// All items that leave: exhibits, and the texts of incidents and order.
    var items: [AgeFileID] {
        plan.exhibits.map(\.item.id) + plan.incidents.map(\.newest.id) + [plan.order.newest.id]
    }

    func write(to path: String) throws {
        let bag = try BagFolder(new: path)
        try logExport()
        let streams = try CaseStreams(own, desk)
        let extract = try CustodyExtract(streams, of: Set(items), own)
        for exhibit in plan.exhibits { try write(exhibit, extract, into: bag) }
        try writeTexts(extract, into: bag)
        try CustodyFiles(desk.session, into: bag).write(extract.cards + extract.lines.filter(\.isProvable), of: extract)
        try bag.write(HandoverLayout.index, bytes: Array("<!doctype html>".utf8))
        try finish(bag)
    }

    private func logExport() throws {
        let reason = VaultSession.Reason(
            action: .export, purpose: statement.purpose ?? PlainText(literal: "handover"), journal: statement.journal)
        let all = items
        for start in stride(from: 0, to: all.count, by: AccessRequest.maximumItems) {
            let part = Array(all[start..<min(all.count, start + AccessRequest.maximumItems)])
            _ = try desk.session.logOwnOpening(part, of: own.keys, card: own.cardHash, for: reason, by: desk.caller)
        }
    }

    private func write(_ exhibit: HandoverPlan.Exhibit, _ extract: CustodyExtract, into bag: BagFolder) throws {
        let place = HandoverLayout.original(exhibit.number, Array(exhibit.fileName.utf8))
        let key = try exhibit.item.header.open(with: [own.keys.identity])
        let (digest, _) = try bag.write(place) { take in
            try desk.session.read(exhibit.item, key: key, range: nil, by: desk.caller, to: take)
        }
        guard digest == exhibit.known.digest else {
            throw CommandFailure(.refused, "exhibit \(exhibit.number) is not the original that its description names")
        }
        let name = place.split(separator: 0x2F).last ?? []
        try bag.write(place + Array(".sha256".utf8), bytes: digest.hex + [0x20, 0x20] + name + [0x0A])
        try CustodyFiles(desk.session, into: bag).write(
            try entry(exhibit.item, exhibit.known, exhibit.number, place, extract))
    }

    /// Incidents and order, as they lie in the vault.
    private func writeTexts(_ extract: CustodyExtract, into bag: BagFolder) throws {
        var texts = plan.incidents.map {
            (id: $0.newest.id, place: HandoverLayout.incident($0.number), text: $0.newest.body.text)
        }
        let order = plan.order
        texts.append((order.newest.id, HandoverLayout.order(order.number), order.newest.body.text))
        for text in texts {
            guard let item = plan.book.items.first(where: { $0.id == text.id }),
                let known = try desk.description(of: item, own)
            else { continue }
            let (digest, _) = try bag.write(text.place, bytes: text.text)
            guard digest == known.digest else {
                throw CommandFailure(
                    .refused, "the text of item \(short(text.id)) is not written as the vault keeps it")
            }
            try CustodyFiles(desk.session, into: bag).write(try entry(item, known, nil, text.place, extract))
        }
    }

    private func entry(
        _ item: SealedItem, _ known: Description, _ exhibit: UInt64?, _ place: [UInt8]?, _ extract: CustodyExtract,
        copies: [HandoverItem.Copy] = []
    ) throws -> HandoverItem {
        guard let line = extract.intake(of: item.id), let ingest = line.record.notes.first else {
            throw CommandFailure(
                .incomplete, "the log's line that took in item \(short(item.id)) is not given: something is withheld")
        }
        return HandoverItem(
            item: item.id, exhibit: exhibit, file: try place.map { try PlainText($0) }, size: known.size,
            digest: known.digest, salt: known.salt, ingest: ingest, entry: line.index, copies: copies)
    }

    private func finish(_ bag: BagFolder) throws {
        guard let newest = desk.session.newest else { return }
        let now = Person.now()
        let signer = desk.caller.signer
        guard signer.verifierKey == own.card.ownerKey else {
            throw CommandFailure(.refused, "only the owner's own key signs a handover")
        }
        try bag.finish(day: Array(now.text.prefix(10)), volume: 1, of: 1) { digest in
            let note = HandoverNote(
                caseID: own.card.caseID, owner: own.card.ownerKey, time: now, to: statement.to,
                purpose: statement.purpose, journal: statement.journal, volume: 1, volumes: 1, log: newest.logKey,
                checkpoint: newest.note.bytes, tagManifest: digest)
            return try Verified(note, signedBy: signer).bytes
        }
    }
}
