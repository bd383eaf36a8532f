public import ArgumentParser

/// The option that all commands share which answer something.
public struct OutputOptions: ParsableArguments {
    @Flag(help: "Answer in JSON, times in UTC.")
    public var json = false

    public init() {}

    /// The output that the option asks for.
    public var output: Output { Output(json: json) }
}

/// What a command answers: text for people, or JSON for machines with `--json`.
public struct Output {
    /// Whether `--json` was given.
    public let isJSON: Bool
    private let destination: Descriptor
    private let notes: Descriptor

    /// An output to standard output, with notes on standard error.
    public init(json: Bool) {
        self.init(json: json, destination: .standardOutput(), notes: .standardError())
    }

    /// An output to given files.
    init(json: Bool, destination: Descriptor, notes: Descriptor) {
        isJSON = json
        self.destination = destination
        self.notes = notes
    }

    /// Writes facts: as aligned lines, or as one JSON object and a line feed.
    /// - Throws: `CommandFailure`, as a write does.
    public func show(_ facts: Facts) throws(CommandFailure) {
        try destination.write(isJSON ? facts.json.text + "\n" : facts.text)
    }

    /// Writes a text for people, or a value for machines.
    /// - Throws: `CommandFailure`, as a write does.
    public func show(_ value: JSONValue, or text: @autoclosure () -> String) throws(CommandFailure) {
        try destination.write(isJSON ? value.text + "\n" : text() + "\n")
    }

    /// Writes a line for people; nothing under `--json`.
    /// - Throws: `CommandFailure`, as a write does.
    public func line(_ text: String) throws(CommandFailure) {
        if !isJSON { try destination.write(text + "\n") }
    }

    /// Writes a remark to standard error; nobody minds if that is closed.
    public func note(_ text: String) { try? notes.write(text + "\n") }
}

/// A list of facts in an order for people, each with the key that machines know it by.
public struct Facts: Sendable, Equatable {
    private struct Fact: Sendable, Equatable {
        let key: String
        let label: String
        let value: JSONValue
        let plain: String?
    }

    private var facts: [Fact] = []

    /// No facts yet.
    public init() {}

    /// Adds a fact; people see `label`, or the key with spaces for underscores, and `plain` where it is given.
    public mutating func add(_ key: String, _ value: JSONValue, label: String? = nil, plain: String? = nil) {
        let label = label ?? String(key.map { $0 == "_" ? " " : $0 })
        facts.append(Fact(key: key, label: label, value: value, plain: plain))
    }

    /// Adds ascending numbers: all of them for machines, runs for people, and where there are many runs the ends.
    public mutating func add(_ key: String, _ numbers: [UInt64], label: String? = nil) {
        add(key, .array(numbers.map { .number(Int64($0)) }), label: label, plain: NumberRuns(numbers).text)
    }

    /// The facts as one object. Of two facts with one key the later counts.
    public var json: JSONValue {
        .object(Dictionary(facts.map { ($0.key, $0.value) }, uniquingKeysWith: { _, later in later }))
    }

    /// One line a fact, `label: value`, with the values below each other.
    public var text: String {
        let width = facts.map(\.label.count).max() ?? 0
        var text = ""
        for fact in facts {
            let gap = String(repeating: " ", count: width - fact.label.count + 1)
            guard fact.plain == nil, case .array(let values) = fact.value, !values.isEmpty else {
                text += "\(fact.label):\(gap)\(fact.plain ?? fact.value.plain)\n"
                continue
            }
            for (index, value) in values.enumerated() {
                let head = index == 0 ? "\(fact.label):\(gap)" : String(repeating: " ", count: width + 2)
                text += head + value.plain + "\n"
            }
        }
        return text
    }
}
