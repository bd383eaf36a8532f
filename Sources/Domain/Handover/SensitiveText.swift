/// Looks through text for what may tell where somebody can be found. A help and no guarantee: it knows forms and words,
/// not what they mean.
public enum SensitiveText {
    /// What a text seems to hold, each kind once.
    public static func kinds(in text: String) -> [Sensitive] {
        let lower = text.lowercased()
        let words = lower.split { !$0.isLetter }.map(String.init)
        var kinds: [Sensitive] = []
        if holdsAddress(lower) { kinds.append(.address) }
        if holds(words, workplace) { kinds.append(.workplace) }
        if holds(words, school) { kinds.append(.school) }
        if holds(words, treatment) { kinds.append(.treatment) }
        if holdsPosition(lower) {
            kinds.append(.position)
        } else if holdsTelephone(lower) {
            kinds.append(.telephone)
        }
        if holdsMail(lower) { kinds.append(.mail) }
        return kinds
    }

    /// The most lines of a file that are shown, and the most characters of each.
    private static let shown = (lines: 20, characters: 200)

    /// The lines of a file that seem to hold something, and what; `nil` where none does.
    public static func lines(of bytes: [UInt8]) -> (text: String, kinds: [Sensitive])? {
        // Old files are of single bytes; the letters of Western Europe stand there as in Unicode.
        let text =
            String(validating: bytes, as: UTF8.self)
            ?? bytes.reduce(into: "") { $0.unicodeScalars.append(Unicode.Scalar($1)) }
        let telling = text.split(whereSeparator: { $0.isNewline }).map(String.init).filter { !kinds(in: $0).isEmpty }
        // A street in one line and its number in the next.
        let all = kinds(in: text)
        guard !all.isEmpty else { return nil }
        let lines = telling.isEmpty ? [text] : telling
        let more = lines.count > shown.lines ? ["… \(lines.count - shown.lines)"] : []
        let shortened = lines.prefix(shown.lines).map { String($0.prefix(shown.characters)) }
        return ((shortened + more).joined(separator: "\n"), all)
    }

    // Beginnings of words: Danish adds endings and other words behind.
    private static let workplace = [
        "arbejde", "arbejds", "mitjob", "job", "kontor", "firma", "chef", "kolleg", "vagtplan", "work", "office",
        "employer", "colleague", "workplace",
    ]
    private static let school = [
        "skole", "børnehave", "vuggestue", "dagpleje", "institution", "sfo", "fritidshjem", "gymnasi", "universitet",
        "klasse", "school", "kindergarten", "nursery", "daycare", "university", "college",
    ]
    private static let treatment = [
        "psykolog", "psykiat", "terapeut", "terapi", "læge", "rådgiver", "rådgivning", "krisecent", "kvindehjem",
        "hospital", "sygehus", "behandl", "klinik", "therap", "psycholog", "psychiat", "doctor", "counsel", "shelter",
        "clinic", "refuge",
    ]
    // Ends of streets' names, and what also stands by itself in them.
    private static let streets = [
        "vej", "vejen", "gade", "gaden", "allé", "alle", "stræde", "strædet", "plads", "pladsen", "torv", "torvet",
        "vænge", "vænget", "park", "parken", "boulevard", "bakken", "haven", "kajen", "toften",
    ]
    private static let streetsAlone: Set<String> = [
        "allé", "boulevard", "plads", "vej", "street", "road", "avenue", "lane", "square",
    ]

    private static func holds(_ words: [String], _ beginnings: [String]) -> Bool {
        // Compounds too: folkeskole, privatlæge, hjemmearbejde.
        words.contains { word in
            beginnings.contains { word.hasPrefix($0) || $0.count >= 5 && word.contains($0) }
        }
    }

    private static func isStreet(_ word: String) -> Bool {
        streetsAlone.contains(word) || streets.contains { word.count > $0.count && word.hasSuffix($0) }
    }

    /// A street's name with a number behind it, or four digits and a name: `Nygade 4`, `6700 Esbjerg`.
    private static func holdsAddress(_ text: String) -> Bool {
        let words = text.split { $0 == " " || $0 == "," || $0.isNewline || $0 == "\t" }.map(String.init)
        for (index, (word, next)) in zip(words, words.dropFirst()).enumerated() {
            let letters = word.filter(\.isLetter)
            // English puts the number first: 4 High Street.
            let before = words[max(0, index - 2)].first?.isNumber == true
            if isStreet(letters), next.first?.isNumber == true || before { return true }
            let digits = word.allSatisfy { ("0"..."9").contains($0) }
            if digits, word.count == 4, let number = Int(word), (800...9999).contains(number) {
                // A year is followed by words as well.
                if next.first?.isLetter == true, !(1900...2099).contains(number), next.count > 2 { return true }
            }
        }
        return false
    }

    /// Eight digits or more, apart from what parts them, that are no date or time.
    private static func holdsTelephone(_ text: String) -> Bool {
        var digits = 0
        var run = ""
        for character in text + "\n" {
            if ("0"..."9").contains(character) {
                digits += 1
                run.append(character)
            } else if digits > 0,
                character == " " || character == "-" || character == "+" || character == "(" || character == ")"
            {
                run.append(character)
            } else {
                if (8...15).contains(digits), !isDate(run) { return true }
                (digits, run) = (0, "")
            }
        }
        return false
    }

    // `2026-11-12 22`: four, two and two digits with dashes.
    private static func isDate(_ run: String) -> Bool {
        let parts = run.split { $0 == "-" || $0 == " " }.map(\.count)
        return parts.count >= 3 && parts[0] == 4 && parts[1] == 2 && parts[2] == 2 && run.contains("-")
    }

    private static func holdsMail(_ text: String) -> Bool {
        text.split { $0.isWhitespace || $0 == "<" || $0 == ">" || $0 == "," || $0 == ";" }.contains { word in
            let parts = word.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && parts[1].first != "."
        }
    }

    /// Two numbers with three decimals or more next to each other, degrees, or a link to a map.
    private static func holdsPosition(_ text: String) -> Bool {
        if text.contains("°") || text.contains("maps.") || text.contains("/maps") || text.contains("geo:") {
            return true
        }
        let numbers = text.split { !("0"..."9").contains($0) && $0 != "." && $0 != "-" }
        let precise = numbers.map { number in
            let parts = number.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 2 && parts[1].count >= 3 && (1...4).contains(parts[0].count)
        }
        return zip(precise, precise.dropFirst()).contains { $0 && $1 }
    }
}
