import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

/// A recording device at work: its own folder, its key, and the pairing by which it knows the case and whom to believe.
struct Box {
    let folder: DeviceFolder
    let signer: NoteSigner
    let pairing: Pairing
    let card: Verified<CaseCard>

    var own: DeviceCase { DeviceCase(card, signer: signer) }

    /// The device of this name, or the only one.
    init(_ name: String?) throws {
        let home = try Person.folder()
        folder = try Box.folder(name, in: home)
        guard folder.exists else {
            throw CommandFailure(
                .unreachable, "there is no device \(Escaped.quoted(folder.name)) here",
                hint: "make one: bevis device create \(Escaped.text(folder.name))")
        }
        signer = try folder.signer()
        guard let note = try folder.note(.pairing) else {
            throw CommandFailure(
                .refused, "the device \(Escaped.quoted(folder.name)) is not paired yet",
                hint: "let its owner run 'bevis device pair', then here: bevis device accept FILE")
        }
        (pairing, card) = try Pairing.check(try Unverified<Pairing>(parsing: note.bytes))
        guard pairing.device == signer.verifierKey else {
            throw CommandFailure(.refused, "the pairing that was kept is another device's")
        }
    }

    private static func folder(_ name: String?, in home: HomeFolder) throws -> DeviceFolder {
        if let name { return try DeviceFolder(name, in: home) }
        let names = try DeviceFolder.names(in: home)
        guard let only = names.first else {
            throw CommandFailure(.unreachable, "there is no device here", hint: "make one: bevis device create NAME")
        }
        guard names.count == 1 else {
            throw CommandFailure(
                .usage, "there are several devices here",
                hint: "name one with --device: \(names.joined(separator: ", "))")
        }
        return try DeviceFolder(only, in: home)
    }

    /// A session with the custodian that the pairing names, going on from what the device has seen of its log.
    func connect() throws -> VaultSession {
        let connection = try VaultAddress(string(pairing.address.bytes)).connect()
        let memory = try Heads(folder.folder).open(pairing.log.name)
        try memory.trust(logKey: pairing.log, custodianKey: pairing.custodian, basis: .given, at: Person.now())
        let session = try VaultSession(
            connection, custodian: pairing.custodian, log: pairing.log, known: memory.vault?.checkpoint?.bytes,
            clock: Person.now)
        try session.refresh()
        try remember(session, in: memory)
        return session
    }

    /// Keeps the newest checkpoint that was verified, so that the vault can never show less.
    func remember(_ session: VaultSession) throws {
        try remember(session, in: try Heads(folder.folder).open(pairing.log.name))
    }

    private func remember(_ session: VaultSession, in memory: VaultMemory) throws {
        guard let newest = session.newest else { return }
        try memory.remember(try newest.note.verified(by: [newest.logKey]))
    }
}
