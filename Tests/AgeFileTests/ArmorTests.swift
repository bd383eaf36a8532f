import AgeFile
import Foundation
import Testing

@Suite struct ArmorTests {
    let begin = "-----BEGIN AGE ENCRYPTED FILE-----\n"
    let end = "-----END AGE ENCRYPTED FILE-----\n"

    @Test func armoredTextIsKnownByItsBeginning() {
        #expect(Armor.isArmored(prefix: [UInt8](begin.utf8)))
        #expect(Armor.isArmored(prefix: [UInt8]((" \r\n\t" + begin).utf8)))
        #expect(!Armor.isArmored(prefix: [UInt8](begin.lowercased().utf8)))
        #expect(!Armor.isArmored(prefix: [UInt8]("age-encryption.org/v1\n".utf8)))
        #expect(!Armor.isArmored(prefix: []))
    }

    @Test(arguments: [1, 2, 3, 47, 48, 49, 95, 96, 97, 1000]) func everyLengthIsDecoded(_ count: Int) throws {
        var random = SeededRandom(seed: UInt64(count))
        let bytes = random.bytes(count)
        for separator in ["\n", "\r\n"] {
            let text = begin + wrapped(bytes) + end
            let decoded = try Armor.decode([UInt8](text.replacingOccurrences(of: "\n", with: separator).utf8))
            #expect(decoded == bytes)
        }
    }

    /// As the stock tool reads it: white space may fill lines of its own and no others.
    @Test func whiteSpaceStandsOnLinesOfItsOwn() throws {
        let text = begin + wrapped([1, 2, 3]) + end
        for around in ["\n", " \t\r\n", "\r\n\n  \n"] {
            #expect(try Armor.decode([UInt8]((around + text + around).utf8)) == [1, 2, 3])
        }
        for wrong in [
            " " + text, "\n\t" + text, text.dropLast() + " ", text.dropLast() + " \n", text.dropLast() + "\t\n\n",
        ] {
            #expect(
                code { () throws(AgeError) in _ = try Armor.decode([UInt8](wrong.utf8)) } == .malformedArmor, "\(wrong)"
            )
        }
    }

    @Test func everyShorterTextIsRefused() {
        let text = [UInt8]((begin + wrapped([UInt8](repeating: 1, count: 100)) + end).utf8)
        for count in 0..<(text.count - 1) {
            #expect(
                code { () throws(AgeError) in _ = try Armor.decode([UInt8](text.prefix(count))) } == .malformedArmor)
        }
        #expect(code { () throws(AgeError) in _ = try Armor.decode([UInt8](text.dropLast())) } == nil)
    }

    @Test func eighthBitOfACharacterIsRefused() {
        var random = SeededRandom(seed: 5)
        let text = [UInt8]((begin + wrapped(random.bytes(2000)) + end).utf8)
        for index in text.indices.dropLast() {
            var changed = text
            changed[index] |= 0x80
            #expect(code { () throws(AgeError) in _ = try Armor.decode(changed) } == .malformedArmor, "byte \(index)")
        }
    }

    private func wrapped(_ bytes: [UInt8]) -> String {
        let text = [UInt8](Data(bytes).base64EncodedData())
        return stride(from: 0, to: text.count, by: 64).map {
            String(decoding: text[$0..<min($0 + 64, text.count)], as: UTF8.self) + "\n"
        }.joined()
    }
}
