import AgeFile
import CustodianClient
import Dossier
import Sharing
import SignedNote
import Terminal
import Vault

extension CaseBook {
    /// Links evidence to an incident: items that are there, or files, which are added first.
    func link(
        _ names: [String], to facts: inout IncidentFacts, saved: FreeText? = nil, original: FreeText? = nil
    ) throws {
        for name in names {
            let item = try evidence(name)
            guard !facts.exhibits.contains(where: { $0.item == item }) else {
                throw CommandFailure(.refused, "\(Escaped.quoted(name)) is an exhibit of this incident already")
            }
            facts.exhibits.append(
                Exhibit(
                    number: file.exhibitNumber(of: item, after: facts.exhibits), item: item, saved: saved,
                    original: original))
        }
    }

    private func evidence(_ name: String) throws -> AgeFileID {
        if let item = try? Desk.pick(name, from: items, id: \.id) {
            guard let kept = item.kept else {
                throw CommandFailure(.refused, "the item \(Escaped.quoted(name)) was erased")
            }
            let known = try desk.description(of: kept, own)
            guard !known.kind.isDossier else {
                throw CommandFailure(
                    .usage, "\(Escaped.quoted(name)) is an incident or an order, not evidence",
                    hint: "a file of that name: write ./\(Escaped.text(name))")
            }
            return item.id
        }
        let plan = IngestPlan([Array(name.utf8)])
        guard let file = plan.files.first, plan.files.count == 1, plan.refusals.isEmpty else {
            let reason = plan.refusals.first.map { "\($0.reason.reason)" } ?? "it is a folder"
            throw CommandFailure(
                .unreachable, "\(Escaped.quoted(name)) is neither an item nor a file to add: \(reason)",
                hint: "see: bevis list")
        }
        return try add(file)
    }

    private func add(_ file: IngestPlan.File) throws -> AgeFileID {
        let source = try file.open()
        let media = MediaType(guessedFrom: file.relativeName)
        let intake = VaultSession.Intake(source: source) { content in
            var description = Description(
                of: content, kind: ItemKind(guessedFrom: media, fileName: file.relativeName), recorded: Person.now(),
                fileName: file.relativeName, mediaType: media)
            description.modified = source.modified
            return description
        }
        var progress = Progress(Escaped.text(file.relativeName), total: source.size)
        let (id, _) = try desk.session.add(intake, to: own, by: desk.caller) { progress.update($0) }
        progress.finish()
        return id
    }

    /// An exhibit for people: its number and what the item is called.
    func text(_ exhibit: Exhibit) -> String {
        let place = items.firstIndex { $0.id == exhibit.item }.map { "item \($0 + 1)" } ?? short(exhibit.item)
        var text = "\(exhibit.number)  \(titles[exhibit.item] ?? place)"
        if titles[exhibit.item] != nil { text += " (\(place))" }
        if items.contains(where: { $0.id == exhibit.item && $0.isErased }) { text += " (erased)" }
        for part in [exhibit.saved, exhibit.original] {
            if let part { text += "; \(Escaped.text(part.bytes))" }
        }
        return text
    }
}
