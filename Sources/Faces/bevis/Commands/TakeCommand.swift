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
            With --sealed the stock age tool opens each file with the key beside them: age -d -i case-key.txt 001.age
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
        var taken = 0
        for (index, item) in items.enumerated() {
            let known = desk.known(item, own)
            do {
                if sealed || known != nil {
                    try take(item, known, number: index + 1, own, desk, into: folder)
                    taken += 1
                }
                if known == nil { left.add(item.id) }
            } catch {
                try left.add(item.id, because: error)
            }
        }
        if sealed { try writeKey(own, into: folder) }
        try desk.remember()
        try Output(json: false).line("took \(taken) items into \(Escaped.quoted(out))")
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
    ) throws {
        let digits = String(number)
        let prefix = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        // Made safe first: of a name with folders only the last part is kept, and the number has to stay.
        let name = SafeName(known?.fileName ?? []).text
        let (file, _) = try folder.create("\(prefix)-\(name)\(sealed ? ".age" : "")".utf8)
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
    }

    private func writeKey(_ own: OwnCase, into folder: TargetFolder) throws {
        let (file, _) = try folder.create(Array("case-key.txt".utf8))
        try own.keys.identity.text.withUnsafeBytes { try file.write($0) }
        try file.write([0x0A])
        try file.commit()
    }
}
