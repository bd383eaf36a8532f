import AgeFile
import ArgumentParser
import Glibc
import Home
import Sharing
import SignedNote
import Sodium
import Terminal

/// The person at the keyboard: her own folder, and, once the passphrase was given, her keys.
struct Person {
    let home: HomeFolder
    let identity: Identity
    let card: UnverifiedNote

    /// Opens the folder that `BEVIS_HOME` or the platform names.
    static func folder() throws -> HomeFolder {
        var environment: [String: String] = [:]
        for name in ["BEVIS_HOME", "XDG_DATA_HOME", "HOME"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        return try HomeFolder(try HomeFolder.path(environment: environment))
    }

    /// A person whose keys are open already.
    init(home: HomeFolder, identity: Identity, card: UnverifiedNote) {
        self.home = home
        self.identity = identity
        self.card = card
    }

    /// Asks for the passphrase and opens the identity and the own card.
    init(_ passphrase: PassphraseOptions) throws {
        home = try Person.folder()
        let sealed = try SealedIdentity(.person, in: home)
        guard sealed.exists else {
            throw CommandFailure(
                .unreachable, "there is no identity in \(Escaped.quoted(home.path)) yet",
                hint: "make one first: bevis identity create --name 'Your name'")
        }
        identity = try sealed.open(passphrase: try Passphrase.ask(for: "identity.age", from: passphrase.source))
        guard let hash = try OwnCard(home).hash() else {
            throw CommandFailure(.unreachable, "there is no card yet", hint: "make one: bevis card request --help")
        }
        card = try Cards(home).card(hash)
    }

    /// Seconds since 1970, as notes carry them.
    static func now() -> Timestamp { Timestamp(seconds: UTCTime.now()) }
}

/// A text of an option as a line of a note.
func line(_ text: String, _ option: String) throws -> PlainText {
    do throws(NoteError) { return try PlainText(Array(text.utf8)) } catch {
        throw CommandFailure(.usage, "\(option): \(error.reason)", hint: "use one line of plain text")
    }
}

func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// The first digits of an id: enough for people.
func short(_ value: some Typed32) -> String { String(string(value.hex).prefix(12)) }
