import AgeFile
import Sharing
import SignedNote
import Sodium
import Testing

@testable import Vault

@Suite struct DescriptionTests {
    private static func full() throws -> Description {
        var description = Description(
            of: try SealedSample(size: 5).content, kind: .photo, recorded: Timestamp(seconds: 1_800_000_000),
            title: try PlainText(Array("Døren, igen".utf8)), fileName: [0xFF, 0x0A, 0x2F],
            mediaType: try MediaType(Array("image/jpeg".utf8)))
        description.captured = Timestamp(seconds: 1_700_000_000)
        description.modified = Timestamp(seconds: 1_700_000_001)
        description.place = PlainText(literal: "Opgang 2")
        description.note = Array("To linjer\nmed tegn \u{0007}".utf8)
        return description
    }

    @Test func textIsLinesInFixedOrder() throws {
        var description = try DescriptionTests.full()
        description.salt = Nonce(.zero)
        description.digest = Digest(.zero)
        let zeros = String(repeating: "0", count: 64)
        let expected = """
            bevis.example/description/v1
            title Døren, igen
            kind photo
            file-name /wov
            media-type image/jpeg
            size 5
            sha256 \(zeros)
            salt \(zeros)
            recorded 2027-01-15T08:00:00Z
            captured 2023-11-14T22:13:20Z
            modified 2023-11-14T22:13:21Z
            place Opgang 2
            note VG8gbGluamVyCm1lZCB0ZWduIAc=

            """
        #expect(String(decoding: description.text, as: UTF8.self) == expected)
        #expect(try Description(parsing: description.text) == description)
    }

    @Test func whatIsAbsentStaysAbsent() throws {
        let description = Description(
            of: try SealedSample(size: 0).content, kind: .other, recorded: Timestamp(seconds: 0))
        let again = try Description(parsing: description.text)
        #expect(again == description)
        #expect(again.title == nil && again.fileName == nil && again.note == nil && again.place == nil)
    }

    @Test func whatAFileSaysOfItselfStandsAtTheEndWhereSomebodyLooked() throws {
        var description = try DescriptionTests.full()
        let before = description.text
        description.found = Description.Found(
            captured: PlainText(literal: "2026:03:14 22:41:07"), place: PlainText(literal: "55.6761 12.5683"))
        let lines = "found-captured 2026:03:14 22:41:07\nfound-place 55.6761 12.5683\n"
        #expect(description.text == before + Array(lines.utf8))
        #expect(try Description(parsing: description.text) == description)
        for wrong in ["found-place x\nfound-captured y\n", "found-place \n", "found-place x\nfound-place x\n"] {
            #expect(throws: NoteError.self) { _ = try Description(parsing: before + Array(wrong.utf8)) }
        }
    }

    @Test func anyNameAndNoteSurvive() throws {
        var generator = SeededGenerator(seed: 8)
        var description = try DescriptionTests.full()
        for _ in 0..<100 {
            description.fileName = generator.bytes(Int.random(in: 1..<256, using: &generator)).map { max(1, $0) }
            let scalars = (0..<20).map { _ in UInt16.random(in: 0..<0xD800, using: &generator) }
            description.note = Array(String(scalars.compactMap { Unicode.Scalar($0).map(Character.init) }).utf8)
            #expect(try Description(parsing: description.text) == description)
        }
    }

    @Test func alteredTextIsRefused() throws {
        let text = String(decoding: try DescriptionTests.full().text, as: UTF8.self)
        let changes = [
            ("kind photo", "kind picture"), ("kind photo\n", ""), ("kind photo\n", "kind photo\nkind photo\n"),
            ("size 5", "size 05"), ("size 5", "size -5"), ("description/v1", "description/v2"),
            ("file-name /wov", "file-name AA=="), ("image/jpeg", "image/jpeg; a=b"), ("image/jpeg", "IMAGE/jpeg"),
            ("image/jpeg", "image"), ("place Opgang 2", "place "), ("2027-01-15", "2027-02-30"),
            ("note VG8gbGluamVyCm1lZCB0ZWduIAc=", "note /w=="), ("place", "extra x\nplace"),
        ]
        for (old, new) in changes {
            let altered = text.replacing(old, with: new)
            #expect(altered != text)
            #expect(throws: NoteError.self) { _ = try Description(parsing: Array(altered.utf8)) }
        }
        #expect(throws: NoteError.self) { _ = try Description(parsing: Array((text + "more x\n").utf8)) }
    }

    @Test func sealedDescriptionOpensAndCommitsToTheOriginal() throws {
        let identity = AgeIdentity.random()
        let description = try DescriptionTests.full()
        let sealed = try description.seal(to: identity.recipient)
        #expect(try Description(opening: sealed.file, id: sealed.file.id, with: sealed.fileKey) == description)
        let received = try SealedAgeFile(parsing: sealed.file.bytes)
        let key = try received.header.open(with: [identity])
        #expect(try Description(opening: received, id: sealed.facts.id, with: key) == description)
        #expect(sealed.facts.payloadSize == UInt64(sealed.file.payload.count))
        #expect(sealed.facts.keyCommitment == key.commitment(to: received.id))
        #expect(sealed.facts.header == received.header.digest)
        let commitment = IngestRecord.commitment(toOriginal: description.digest, salt: description.salt)
        #expect(description.originalCommitment == commitment)
        #expect(try description.seal(to: identity.recipient).file.id != sealed.file.id)
    }

    @Test func wrongFileOrKeyIsRefused() throws {
        let identity = AgeIdentity.random()
        let sealed = try DescriptionTests.full().seal(to: identity.recipient)
        let other = try DescriptionTests.full().seal(to: identity.recipient)
        #expect(throws: VaultError(.wrongID, "")) {
            _ = try Description(opening: other.file, id: sealed.file.id, with: other.fileKey)
        }
        #expect(throws: VaultError(.notAuthentic, "")) {
            _ = try Description(opening: sealed.file, id: sealed.file.id, with: other.fileKey)
        }
        let foreign = try AgeFile.seal([1, 2, 3], fileKey: sealed.fileKey, to: [identity.recipient])
        #expect(throws: VaultError(.malformed, "")) {
            _ = try Description(opening: foreign, id: foreign.id, with: sealed.fileKey)
        }
    }

    @Test func whatCouldNotBeReadAgainIsNotSealed() throws {
        let recipient = AgeIdentity.random().recipient
        let edits: [(inout Description) -> Void] = [
            { $0.fileName = [] }, { $0.fileName = [0x61, 0] }, { $0.note = [] }, { $0.note = [0xFF] },
            { $0.note = [UInt8](repeating: 0x61, count: Description.maximumNoteSize + 1) },
        ]
        for edit in edits {
            var description = try DescriptionTests.full()
            edit(&description)
            #expect(throws: VaultError(.malformed, "")) { _ = try description.seal(to: recipient) }
        }
    }
}

@Suite struct ItemKindTests {
    @Test(arguments: [
        ("a.JPG", ItemKind.photo), ("a.heic", .photo), ("x.y.mp4", .footage), ("talk.opus", .sound),
        ("brev.pdf", .document), ("liste.xlsx", .document), ("noter.txt", .document), ("post.eml", .messages),
        ("old.mbox", .messages), ("alt.zip", .other), ("noname", .other), (".jpg", .other), ("a.", .other),
        ("a.jpg.exe", .other), ("", .other),
    ]) func kindIsGuessedFromTheName(name: String, kind: ItemKind) {
        #expect(ItemKind(guessedFrom: nil, fileName: Array(name.utf8)) == kind)
    }

    @Test func statedMediaTypeGoesBeforeTheName() throws {
        let type = try MediaType(Array("video/x-unheard".utf8))
        #expect(ItemKind(guessedFrom: type, fileName: Array("a.jpg".utf8)) == .footage)
    }

    @Test func everyGuessedTypeIsWellFormed() throws {
        for suffix in ["jpg", "docx", "odt", "svg", "3gp", "m4a", "msg", "dng"] {
            let type = try #require(MediaType(guessedFrom: Array("a.\(suffix)".utf8)))
            #expect(try MediaType(type.bytes) == type)
        }
    }

    @Test func wordsAreReadBack() {
        for kind in ItemKind.allCases { #expect(ItemKind(word: kind.word) == kind) }
        #expect(ItemKind(word: Array("Photo".utf8)) == nil)
    }
}
