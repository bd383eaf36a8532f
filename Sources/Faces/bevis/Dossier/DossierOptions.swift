import ArgumentParser
import Dossier
import Glibc
import Sharing
import SignedNote
import Terminal

/// What all commands of the dossier share.
struct DossierOptions: ParsableArguments {
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Option(help: "The language of labels: da or en; your system's without it.") var language: String?
    @Option(help: ArgumentHelp("The time zone of the times, such as Europe/Copenhagen.", valueName: "zone"))
    var zone: String?

    func validate() throws { _ = try words() }

    /// The language of labels.
    func words() throws(CommandFailure) -> Language {
        switch language {
        case "da": return .danish
        case "en": return .english
        case .some: throw CommandFailure(.usage, "the language is da or en")
        case nil:
            // As the system decides which messages to show: the first of these that is set.
            for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
                if let value = getenv(name), value.pointee != 0 {
                    return String(cString: value).hasPrefix("da") ? .danish : .english
                }
            }
            return .english
        }
    }

    /// Takes the zone that was named for this process.
    func useZone() throws(CommandFailure) {
        if let zone { try LocalZone.use(zone) }
    }
}

/// A text of an option, of one line or more.
func freeText(_ text: String, _ option: String) throws(CommandFailure) -> FreeText {
    do throws(NoteError) {
        guard let value = try FreeText.trimming(Array(text.utf8)) else {
            throw NoteError(.malformedValue, "a text is empty")
        }
        return value
    } catch {
        throw CommandFailure(.usage, "\(option): \(error.reason)")
    }
}

/// The parts of an option that has several, written with bars between them: `name|contact|what`.
func parts(_ text: String, _ option: String, atMost count: Int) throws(CommandFailure) -> [FreeText?] {
    let pieces = text.split(separator: "|", omittingEmptySubsequences: false)
    guard pieces.count <= count else {
        throw CommandFailure(.usage, "\(option): there are more than \(count) parts between bars")
    }
    var values: [FreeText?] = []
    for piece in pieces {
        do throws(NoteError) { values.append(try FreeText.trimming(Array(piece.utf8))) } catch {
            throw CommandFailure(.usage, "\(option): \(error.reason)")
        }
    }
    return values + [FreeText?](repeating: nil, count: count - pieces.count)
}

/// A word of an option out of a fixed set.
func word<Word: DossierWord>(_ text: String, _ option: String) throws(CommandFailure) -> Word {
    guard let word = Word(word: Array(text.utf8)) else {
        let words = Word.allCases.map { string($0.word) }.joined(separator: ", ")
        throw CommandFailure(.usage, "\(option): there is no \(Escaped.quoted(text))", hint: "choose from: \(words)")
    }
    return word
}

/// A day of an option.
func day(_ text: String, _ option: String) throws(CommandFailure) -> Day {
    do throws(NoteError) { return try Day(parsing: Array(text.utf8)) } catch {
        throw CommandFailure(.usage, "\(option): \(Escaped.quoted(text)) is not a day", hint: "write it as 2026-11-12")
    }
}

/// A time as an incident states it.
func moment(_ stated: StatedTime) throws -> Moment {
    try Moment(Timestamp(seconds: stated.seconds), offsetMinutes: stated.offsetMinutes)
}
