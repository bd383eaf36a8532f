import AgeFile
import ArgumentParser
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// `bevis take`: everything of a case leaves, in open formats.
struct TakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take", abstract: "Take everything of your case: as plain files, or as age files with the key.",
        discussion: """
            Beside the plain files, contents.json says of each what is known: title, times, place, note. With --sealed the \
            stock age tool opens each file and its description with the key beside them: \
            age -d -i case-key.txt 001-clip.mp4.age. Private notes stay: read them with 'bevis incident show N --private'.
            Examples:
              bevis take --out ~/all-of-it
              bevis take --sealed --out /media/usb/all
            """)

    @Option(help: ArgumentHelp("The folder to write into.", valueName: "folder")) var out: String
    @Flag(help: "As age files, with the case key beside them.") var sealed = false
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let items = try desk.session.items(of: own, by: desk.caller)
        guard !items.isEmpty else { throw CommandFailure(.refused, "the case has no items yet") }
        let folder = try TargetFolder(out)
        // Sealed, everything leaves as it is, also what the case key does not open.
        let leaving = items.filter { sealed || desk.known($0, own) != nil }
        try log(leaving, own, desk)
        var left = LeftOut()
        var taken: [JSONValue] = []
        for (index, item) in items.enumerated() {
            let known = desk.known(item, own)
            do {
                if sealed || known != nil {
                    let name = try take(item, known, number: index + 1, own, desk, into: folder)
                    taken.append(entry(item, known, in: name))
                }
                if known == nil { left.add(item.id) }
            } catch {
                try left.add(item.id, because: error)
            }
        }
        if sealed { try writeKey(own, into: folder) } else { try writeContents(taken, into: folder) }
        try desk.remember()
        let output = Output(json: false)
        try output.line("took \(taken.count) items into \(Escaped.quoted(out))")
        let kept = try desk.session.privateItems(of: own, by: desk.caller).count
        if kept > 0 {
            output.note(
                "\(kept == 1 ? "1 private note stays" : "\(kept) private notes stay") in the vault: read with "
                    + "'bevis incident show N --private' what you need of \(kept == 1 ? "it" : "them")")
        }
        try left.check(sealed ? (one: "was taken as it is", many: "were taken as they are") : LeftOut.fate)
    }

    private func log(_ items: [SealedItem], _ own: OwnCase, _ desk: Desk) throws {
        let reason = VaultSession.Reason(action: .export, purpose: PlainText(literal: "take everything"), journal: nil)
        for start in stride(from: 0, to: items.count, by: AccessRequest.maximumItems) {
            let part = items[start..<min(items.count, start + AccessRequest.maximumItems)]
            _ = try desk.session.logOwnOpening(
                part.map(\.id), of: own.keys, card: own.cardHash, for: reason, by: desk.caller)
        }
    }

    private func take(
        _ item: SealedItem, _ known: Description?, number: Int, _ own: OwnCase, _ desk: Desk, into folder: TargetFolder
    ) throws -> String {
        let digits = String(number)
        let prefix = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        // Made safe first: of a name with folders only the last part is kept, and the number has to stay.
        let name = SafeName(known?.fileName ?? []).text
        let (file, written) = try folder.create("\(prefix)-\(name)\(sealed ? ".age" : "")".utf8)
        do {
            if sealed {
                try file.write(item.header.bytes)
                try desk.session.download(item, by: desk.caller) { try file.write($0) }
            } else {
                let key = try item.keys(of: own).content
                try desk.session.read(item, key: key, range: nil, by: desk.caller) { try file.write($0) }
            }
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
        if sealed {
            let (file, _) = try folder.create(Array((prefix + "-description.age").utf8))
            try file.write(item.description.bytes)
            try file.commit()
        }
        return written.text
    }

    private func entry(_ item: SealedItem, _ known: Description?, in name: String) -> JSONValue {
        guard case .object(var fields) = ItemView(id: item.id, description: known, isAttested: nil).json else {
            return .absent
        }
        fields["file"] = .text(name)
        fields["signed_by"] = .text(string(item.ingest.signer.text))
        return .object(fields)
    }

    private func writeContents(_ entries: [JSONValue], into folder: TargetFolder) throws {
        let (file, _) = try folder.create(Array("contents.json".utf8))
        try file.write(Array((JSONValue.array(entries).text + "\n").utf8))
        try file.commit()
    }

    private func writeKey(_ own: OwnCase, into folder: TargetFolder) throws {
        let (file, _) = try folder.create(Array("case-key.txt".utf8))
        try own.keys.identity.text.withUnsafeBytes { try file.write($0) }
        try file.write([0x0A])
        try file.commit()
    }
}
