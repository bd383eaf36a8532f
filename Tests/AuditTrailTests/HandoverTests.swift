import AgeFile
import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// The texts of a handover folder are read in one way only.
@Suite struct HandoverTextTests {
    private func signer() throws -> NoteSigner {
        NoteSigner(name: try KeyName(Array("bevis.example/person".utf8)), key: SigningKey())
    }

    private func note(volume: UInt64 = 1, of volumes: UInt64 = 2) throws -> HandoverNote {
        let signer = try signer()
        return HandoverNote(
            caseID: Random.value(), owner: signer.verifierKey, time: Timestamp(seconds: 1_800_000_000),
            to: try PlainText(Array("Politiet".utf8)), purpose: nil, journal: nil, volume: volume, volumes: volumes,
            log: signer.verifierKey, checkpoint: [1, 2, 3], tagManifest: Random.value())
    }

    @Test func noteComesBackAsItWasWritten() throws {
        let note = try note()
        #expect(try HandoverNote(parsing: note.text) == note)
    }

    @Test func folderBeyondTheirCountIsRefused() throws {
        for (volume, volumes): (UInt64, UInt64) in [(0, 1), (2, 1), (0, 0)] {
            let text = try note(volume: volume, of: volumes).text
            #expect(throws: NoteError.self) { try HandoverNote(parsing: text) }
        }
    }

    private func item(_ paths: [String], file: String? = "data/exhibits/001-a.mp4") throws -> HandoverItem {
        HandoverItem(
            item: Random.value(), exhibit: 1, file: try file.map { try PlainText(Array($0.utf8)) }, size: 5,
            digest: Random.value(), salt: Random.value(), ingest: Random.value(), entry: 3,
            copies: try paths.map {
                HandoverItem.Copy(
                    path: try PlainText(Array($0.utf8)), kind: .withoutPlace, tool: PlainText(literal: "exiftool -x"))
            })
    }

    @Test func itemComesBackAsItWasWritten() throws {
        for item in [
            try item([]), try item(["data/copies/001-a"], file: nil), try item(["data/copies/1", "data/copies/2"]),
        ] {
            #expect(try HandoverItem(parsing: item.text) == item)
        }
    }

    @Test func fileNamedTwiceOrKindUnknownIsRefused() throws {
        for item in [try item(["data/copies/1", "data/copies/1"]), try item(["data/exhibits/001-a.mp4"])] {
            #expect(throws: NoteError.self) { try HandoverItem(parsing: item.text) }
        }
        let text = String(decoding: try item(["data/copies/1"]).text, as: UTF8.self)
        let unknown = text.replacing("without-place", with: "better")
        #expect(unknown != text)
        #expect(throws: NoteError.self) { try HandoverItem(parsing: Array(unknown.utf8)) }
    }
}
