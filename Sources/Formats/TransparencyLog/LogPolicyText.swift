internal import SignedNote

extension LogPolicy {
    /// The largest policy file that is read, in bytes.
    public static let maximumTextSize = 1 << 16

    /// Reads a policy file: `log`, `witness`, `group` and `quorum` lines, words apart by spaces and tabs; empty lines
    /// and those that start with `#` are skipped.
    /// - Throws: `LogError.malformedPolicy` for a breach of the format: an unknown line or key, a name used before it
    ///   is defined, defined twice or a member twice, a key that stands twice, a threshold out of range, no quorum or
    ///   two, an octet that is not allowed; `.tooLarge` beyond `maximumTextSize`.
    public init(parsing text: [UInt8]) throws(LogError) {
        guard text.count <= LogPolicy.maximumTextSize else { throw LogError(.tooLarge, "a policy exceeds its limit") }
        guard text.last == NoteText.lineFeed, text.allSatisfy(LogPolicy.allows) else {
            throw LogError(.malformedPolicy, "a policy holds a control character or no final line feed")
        }
        var builder = LogPolicyBuilder()
        for line in text.split(separator: NoteText.lineFeed) {
            let words = line.split(whereSeparator: { $0 == NoteText.space || $0 == 0x09 }).map { [UInt8]($0) }
            guard let keyword = words.first, keyword[0] != 0x23 else { continue }
            try builder.add(keyword: keyword, [[UInt8]](words.dropFirst()))
        }
        try self.init(builder)
    }

    private static func allows(_ byte: UInt8) -> Bool {
        byte == 0x09 || byte == NoteText.lineFeed || (byte >= 0x20 && byte != 0x7F)
    }

    /// The policy as a file: logs, witnesses, groups, quorum, single spaces. Comments of a file read are not kept.
    public var text: [UInt8] {
        var text: [UInt8] = []
        func write(_ words: [[UInt8]]) {
            text += words.joined(separator: [NoteText.space])
            text.append(NoteText.lineFeed)
        }
        for log in logs { write([PolicyWord.log, log.key.text] + (log.url.map { [$0] } ?? [])) }
        for witness in witnesses {
            write([PolicyWord.witness, witness.name, witness.key.text] + (witness.url.map { [$0] } ?? []))
        }
        for group in groups { write([PolicyWord.group, group.name, group.threshold.word] + group.members) }
        write([PolicyWord.quorum, quorum ?? LogPolicyBuilder.none])
        return text
    }
}

private enum PolicyWord {
    static let log = NoteText.bytes("log")
    static let witness = NoteText.bytes("witness")
    static let group = NoteText.bytes("group")
    static let quorum = NoteText.bytes("quorum")
    static let all = NoteText.bytes("all")
    static let any = NoteText.bytes("any")
}

extension LogPolicy.Group.Threshold {
    fileprivate init(word: [UInt8]) throws(LogError) {
        if word == PolicyWord.all {
            self = .all
        } else if word == PolicyWord.any {
            self = .any
        } else if let number = NoteText.number(word), let count = Int(exactly: number) {
            self = .atLeast(count)
        } else {
            throw LogError(.malformedPolicy, "a group's threshold is not all, any or a number")
        }
    }

    fileprivate var word: [UInt8] {
        switch self {
        case .all: return PolicyWord.all
        case .any: return PolicyWord.any
        case .atLeast(let count): return NoteText.decimal(UInt64(count))
        }
    }
}

extension LogPolicyBuilder {
    fileprivate mutating func add(keyword: [UInt8], _ words: [[UInt8]]) throws(LogError) {
        if keyword == PolicyWord.log, (1...2).contains(words.count) {
            try add(LogPolicy.Log(key: try LogPolicyBuilder.key(words[0]), url: words.count > 1 ? words[1] : nil))
        } else if keyword == PolicyWord.witness, (2...3).contains(words.count) {
            let key = try LogPolicyBuilder.key(words[1])
            try add(LogPolicy.Witness(name: words[0], key: key, url: words.count > 2 ? words[2] : nil))
        } else if keyword == PolicyWord.group, words.count > 2 {
            let threshold = try LogPolicy.Group.Threshold(word: words[1])
            try add(LogPolicy.Group(name: words[0], threshold: threshold, members: [[UInt8]](words.dropFirst(2))))
        } else if keyword == PolicyWord.quorum, words.count == 1 {
            try setQuorum(words[0])
        } else {
            throw LogError(.malformedPolicy, "a policy's line is unknown or has too few or too many words")
        }
    }

    private static func key(_ text: [UInt8]) throws(LogError) -> VerifierKey {
        do throws(NoteError) { return try VerifierKey(parsing: text) } catch {
            throw LogError(.malformedPolicy, error.reason)
        }
    }
}
