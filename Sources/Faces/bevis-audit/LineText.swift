import AuditTrail
import Sharing
import SignedNote
import Terminal

/// Lines of the log for people and for machines.
enum LineText {
    /// One line.
    static func text(_ line: AuditLine) -> String {
        let record = line.record
        var parts = [
            Words.padded(Words.number(line.index), 7), LocalTime.text(record.time.seconds),
            record.event.literal.description,
        ]
        if let actor = line.actor { parts.append("by \(Words.text(actor))") }
        if let subject = line.subject, subject != line.actor { parts.append("to \(Words.text(subject))") }
        if let id = line.caseID { parts.append("case \(Words.short(id))") }
        if let id = line.grantID { parts.append("grant \(Words.short(id))") }
        if record.event == .lentOn, case .grant(let above) = record.stream {
            parts.append("below grant \(Words.short(above))")
        }
        if !record.items.isEmpty { parts.append(Words.count(UInt64(record.items.count), "item")) }
        if line.erasedCount > 0 { parts.append("\(Words.number(line.erasedCount)) erased since") }
        if let due = line.due { parts.append("due \(LocalTime.text(due.seconds))") }
        if let purpose = line.purpose { parts.append("for \(Escaped.quoted(purpose.bytes))") }
        if let journal = line.journal { parts.append("journal \(PersonText.part(journal.bytes))") }
        if let reason = line.reason { parts.append("because \(Escaped.quoted(reason.bytes))") }
        if line.isAttested == false { parts.append("unattested") }
        if !record.failures.isEmpty {
            parts.append("because " + record.failures.map { $0.sentence.description }.joined(separator: "; "))
        }
        return parts.joined(separator: "  ")
    }

    static func json(_ line: AuditLine) -> JSONValue {
        let record = line.record
        var members: [String: JSONValue] = [
            "leaf": .number(Int64(clamping: line.index)), "time": .time(record.time.seconds),
            "event": .text(record.event.literal.description), "number": .number(Int64(clamping: record.number)),
            "items": .array(record.items.map { .text(Words.whole($0)) }),
            "notes": .array(record.notes.map { .text(Words.whole($0)) }),
            "failures": .array(record.failures.map { .bytes($0.wordBytes) }),
            "stream": .text(stream(record.stream)),
        ]
        members["actor"] = line.actor.map { person($0) }
        members["subject"] = line.subject.map { person($0) }
        members["case"] = line.caseID.map { .text(Words.whole($0)) }
        members["grant"] = line.grantID.map { .text(Words.whole($0)) }
        if record.event == .lentOn, case .grant(let above) = record.stream {
            members["below"] = .text(Words.whole(above))
        }
        members["action"] = line.action.map { .text(Event($0).literal.description) }
        members["purpose"] = line.purpose.map { .bytes($0.bytes) }
        members["journal"] = line.journal.map { .bytes($0.bytes) }
        members["reason"] = line.reason.map { .bytes($0.bytes) }
        if line.erasedCount > 0 { members["erased"] = .number(Int64(clamping: line.erasedCount)) }
        members["due"] = line.due.map { .time($0.seconds) }
        members["attested"] = line.isAttested.map { .flag($0) }
        return .object(members)
    }

    private static func stream(_ stream: StreamID) -> String {
        switch stream {
        case .vault: "vault"
        case .matter: "case"
        case .grant: "grant"
        }
    }

    private static func person(_ person: AuditLine.Person) -> JSONValue {
        var members: [String: JSONValue] = ["card": .text(Words.whole(person.card))]
        if let holder = person.holder {
            members["name"] = .bytes(holder.name.bytes)
            members["role"] = .bytes(holder.role.bytes)
            members["organisation"] = holder.organisation.map { .bytes($0.bytes) } ?? .absent
        }
        return .object(members)
    }
}
