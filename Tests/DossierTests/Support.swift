import AgeFile
import Dossier
import Sharing
import SignedNote
import Sodium

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func free(_ text: String) throws -> FreeText { try FreeText(bytes(text)) }

func moment(_ text: String) throws -> Moment { try Moment(parsing: bytes(text)) }

let signe = PlainText(literal: "Signe Holm")

/// An incident of the least that one needs.
func facts(_ when: String = "2026-11-12T22:15:00+01:00", _ what: String = "He stood at the door") throws
    -> IncidentFacts
{
    IncidentFacts(try Occurrence(from: try moment(when), precision: .exact), what: try free(what))
}

/// The code that an operation throws; `nil` where it throws nothing.
func refusal<Value>(_ body: () throws -> Value) throws -> NoteError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as NoteError {
        return error.code
    }
}

/// Numbers that are the same in every run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 31
    }
}
