import AgeFile
import Sharing
import SignedNote

// A field that is not stated has no line at all: `none` is something that a person may well write down.
extension LineTextReader {
    mutating func stated(_ key: StaticString) throws(NoteError) -> FreeText? {
        isNext(key) ? try FreeText(escaped: try value(key)) : nil
    }

    mutating func text(_ key: StaticString) throws(NoteError) -> FreeText { try FreeText(escaped: try value(key)) }

    mutating func statedDay(_ key: StaticString) throws(NoteError) -> Day? {
        isNext(key) ? try Day(parsing: try value(key)) : nil
    }

    mutating func statedMoment(_ key: StaticString) throws(NoteError) -> Moment? {
        isNext(key) ? try Moment(parsing: try value(key)) : nil
    }

    mutating func statedNumber(_ key: StaticString) throws(NoteError) -> UInt64? {
        isNext(key) ? try number(key) : nil
    }

    mutating func statedWord<Word: DossierWord>(_ key: StaticString) throws(NoteError) -> Word? {
        isNext(key) ? try word(key) : nil
    }

    mutating func word<Word: DossierWord>(_ key: StaticString) throws(NoteError) -> Word {
        guard let word = Word(word: try value(key)) else {
            throw NoteError(.malformedValue, "a field holds a word that is not known here")
        }
        return word
    }

    mutating func texts(_ key: StaticString) throws(NoteError) -> [FreeText] {
        var values: [FreeText] = []
        while isNext(key) { values.append(try text(key)) }
        return values
    }
}

extension LineTextWriter {
    mutating func stated(_ key: StaticString, _ value: FreeText?) {
        if let value { write(key, value.escaped) }
    }

    mutating func stated(_ key: StaticString, _ value: Day?) {
        if let value { write(key, value.text) }
    }

    mutating func stated(_ key: StaticString, _ value: Moment?) {
        if let value { write(key, value.text) }
    }

    mutating func stated(_ key: StaticString, _ value: UInt64?) {
        if let value { add(key, value) }
    }

    mutating func stated(_ key: StaticString, _ value: (some DossierWord)?) {
        if let value { write(key, value.word) }
    }
}
