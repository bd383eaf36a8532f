import AgeFile
import CustodianClient
import FileFacts
import Sharing
import SignedNote
import Sodium
import Terminal

/// One file of a handover folder: a ZIP, or a ZIP that only its recipients open.
struct HandoverArchive {
    /// Whom it is sealed to; empty for a plain ZIP.
    let recipients: [AgeRecipient]

    /// A plain ZIP.
    init() { recipients = [] }

    /// The recipients that `--seal-to` names: age recipients, or files that hold a card.
    init(sealingTo names: [String]) throws(CommandFailure) {
        var recipients: [AgeRecipient] = []
        for name in names {
            if name.hasPrefix("age1") {
                recipients.append(try KeyFiles.recipient(name))
                continue
            }
            let bytes = try Descriptor.reading(name).readAll(limit: 1 << 16)
            guard let note = try? Unverified<Card>(parsing: bytes), let card = try? note.verified(by: note.body.key)
            else {
                throw CommandFailure(
                    .usage, "\(Escaped.quoted(name)) is neither an age recipient nor a card",
                    hint: "give age1…, or the file of a card")
            }
            recipients.append(card.body.recipient)
        }
        self.recipients = recipients
    }

    /// What its name adds to that of the folder.
    var ending: String { recipients.isEmpty ? ".zip" : ".zip.age" }

    /// Writes the file beside the folder.
    func write(_ folder: String) throws {
        guard CopyTools.isInstalled("/usr/bin/zip") else {
            throw CommandFailure(
                .unreachable, "no ZIP was made: zip is not installed", hint: "install it; the folder itself is complete"
            )
        }
        let file = try OutputFile(folder + ending)
        do {
            if recipients.isEmpty {
                try CopyTools.zip(folder, as: "handover") { try file.write($0) }
            } else {
                try seal(folder, into: file)
            }
            try file.commit()
        } catch let error as FactsError {
            file.discard()
            throw CommandFailure(
                .unreachable, "no ZIP was made: \(error.reason)",
                hint: "the folder itself is complete")
        } catch {
            file.discard()
            throw error
        }
    }

    private func seal(_ folder: String, into file: OutputFile) throws {
        let key = FileKey.random()
        let nonce = PayloadNonce.random()
        try file.write(try AgeHeader(sealing: key, to: recipients).bytes)
        try file.write(nonce.bytes)
        var sealer = StreamSealer(fileKey: key, nonce: nonce)
        var failure: CommandFailure?
        func emit(_ bytes: UnsafeRawBufferPointer) {
            guard failure == nil else { return }
            do throws(CommandFailure) { try file.write(bytes) } catch { failure = error }
        }
        try CopyTools.zip(folder, as: "handover") { bytes in
            sealer.update(bytes, emit: emit)
            if let failure { throw failure }
        }
        sealer.finish(emit: emit)
        if let failure { throw failure }
    }
}
