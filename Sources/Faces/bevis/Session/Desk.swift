import AgeFile
import ArgumentParser
import AuditTrail
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// What nearly every command needs: a person, a vault whose keys she trusts, and a memory of what it showed.
final class Desk {
    let person: Person
    let session: VaultSession
    let caller: Caller
    /// The units that the person is a member of.
    let units: [HeldUnit]
    private let memory: VaultMemory

    /// Connects, checks the vault's keys against those remembered, and registers the person's card.
    ///
    /// - Parameter shown: what the command itself shows of what waits for an owner.
    convenience init(
        _ vault: VaultOptions, _ passphrase: PassphraseOptions, showing shown: Set<Waiting> = []
    ) throws {
        try self.init(vault, try Person(passphrase))
        attend(besides: shown)
        try remember()
    }

    /// As `init(_:_:)`, for keys that are open already.
    init(_ vault: VaultOptions, _ person: Person) throws {
        self.person = person
        let connection = try vault.address().connect()
        let about = try VaultSession.about(connection)
        memory = try Heads(person.home).open(about.log.name)
        try memory.trust(
            logKey: about.log, custodianKey: about.custodian, basis: .firstUse, at: Person.now())
        session = try VaultSession(
            connection, custodian: about.custodian, log: about.log, known: memory.vault?.checkpoint?.bytes,
            clock: Person.now)
        caller = Caller(signer: person.identity.signer, card: person.card.hash)
        // A membership of an earlier card of hers is of no use and stays unused.
        let joined = try Units(person.home).memberships().compactMap { try? JoinedUnit($0, person) }
        units = joined.map(\.held)
        try session.refresh()
        try session.register("/v1/cards", person.card.bytes)
        for unit in joined {
            try session.register("/v1/cards", unit.notes.card)
            try session.register("/v1/memberships", unit.notes.membership)
        }
        try remember()
    }

    /// Keeps the newest checkpoint that was verified, so that the vault can never show less.
    func remember() throws {
        guard let newest = session.newest else { return }
        try memory.remember(try newest.note.verified(by: [newest.logKey]))
    }

    /// Checks that a stream shows no fewer records than before, and remembers how many it shows now.
    func remember(_ stream: StreamID, newest number: UInt64) throws {
        guard let checkpoint = session.newest else { return }
        let name = try KeyName(stream.name)
        try memory.remember(
            try checkpoint.note.verified(by: [checkpoint.logKey]), streams: [name: number])
    }

    /// Opens items under a grant, and tells what else happened under it.
    func open(_ items: [AgeFileID], under held: HeldGrant, for reason: VaultSession.Reason) throws -> Opened {
        let before = session.newestRecord
        do {
            let opened = try session.open(items, under: held, for: reason, by: caller)
            try tellWhatWasMissed(held, before: opened.record.record.number)
            return opened
        } catch {
            // A refusal is a record of the stream too, and not one that was missed; and an opening whose answer was of no
            // use was made from here. What went wrong with it is told first.
            if let record = session.newestRecord, record != before {
                if record.event == .refused {
                    try tellWhatWasMissed(held, before: record.number)
                } else {
                    try? tellWhatWasMissed(held, before: record.number)
                }
            }
            throw error
        }
    }

    /// As for an opening, for what was lent on under a grant from here.
    func tellWhatWasMissed(_ held: HeldGrant, before receipt: Receipt) throws {
        guard let sealed = receipt.record,
            let record = try? DisclosedRecord(opening: sealed, with: held.streamKey).record
        else { return try remember() }
        try tellWhatWasMissed(held, before: record.number)
    }

    /// Tells what happened under a grant since this home last looked: above all, that somebody opened with the
    /// person's own key elsewhere.
    private func tellWhatWasMissed(_ held: HeldGrant, before number: UInt64) throws {
        let stream = StreamID.grant(held.grant.id)
        let seen = memory.vault?.streams[try KeyName(stream.name)] ?? 0
        guard number > seen else {
            throw CommandFailure(
                .refused, "the vault numbers this opening \(number), but number \(seen) was seen before",
                hint: "keep this message, and ask the vault's operator and an auditor")
        }
        let missed = try session.records(
            of: stream, key: held.streamKey, numbers: seen + 1..<number, by: caller)
        for entry in missed {
            let record = entry.disclosed.record
            let who =
                switch record.actor {
                case caller.card: "with your key, not from here"
                case nil: "by the custodian"
                default: "by somebody else"
                }
            Output(json: false).note(
                "since you last looked: \(string(record.event.word)) \(LocalTime.text(record.time.seconds)) \(who) "
                    + "(entry \(entry.index) of the log)")
        }
        try remember(stream, newest: number)
    }

    // MARK: Cases

    /// The person's cases; she is told of any whose keys this machine does not open.
    func ownCases() throws -> [OwnCase] {
        let (opened, locked) = try session.ownCases(by: caller, identity: person.identity.age)
        for id in locked {
            Output(json: false).note(
                "case \(short(id)) is yours too, but its keys are not on this machine; get it back with its own sheet: "
                    + "bevis recover")
        }
        for own in opened { try tellOfMachines(own) }
        return opened
    }

    /// Tells, once, that the recovery sheet of a case was used elsewhere: it may not have been she.
    private func tellOfMachines(_ own: OwnCase) throws {
        let (memory, id) = (CaseMachines(person.home), own.card.caseID.bytes)
        let (known, now) = (try memory.known(of: id), KnownMachines(own.keys.machines.map { [UInt8]($0.text) }))
        guard known != now else { return }
        let here = [UInt8](person.identity.age.recipient.text)
        let added = now.recipients.filter { $0 != here && !(known?.recipients.contains($0) ?? true) }
        if !added.isEmpty {
            Output(json: false).note(
                "warning: the recovery sheet of case \(short(own.card.caseID)) was used on another machine, which has its keys now. If "
                    + "that was not you, somebody has the sheet: take your items away, open a new case, erase this one")
        }
        try memory.keep(now, of: id)
    }

    /// The case that was named by the first digits of its id, or the only one.
    func ownCase(_ prefix: String?) throws -> OwnCase {
        let cases = try ownCases()
        let matching = cases.filter { own in prefix.map { string(own.card.caseID.hex).hasPrefix($0) } ?? true }
        if let only = matching.first, matching.count == 1 {
            warnOfDevices(only)
            return only
        }
        guard !matching.isEmpty else {
            throw CommandFailure(
                .unreachable, prefix == nil ? "you have no case in this vault" : "no case of yours has this id",
                hint: "list them: bevis case list; open one: bevis case create")
        }
        throw CommandFailure(.usage, "you have several cases here", hint: "name one with --case; bevis case list")
    }
}

extension StreamID {
    /// The name under which a home remembers how far a stream was seen.
    var name: [UInt8] {
        switch self {
        case .vault: Array("vault".utf8)
        case .matter(let id): Array("case/".utf8) + id.hex
        case .grant(let id): Array("grant/".utf8) + id.hex
        }
    }
}
