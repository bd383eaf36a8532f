public import Sharing
import SignedNote

/// A log form as a text table, read into incidents. All rows, or none.
public struct LogForm: Sendable {
    /// A row that was read.
    public struct Row: Sendable {
        /// The line of the file on which it begins.
        public let line: Int
        /// What it states.
        public let facts: IncidentFacts
        /// The cell that says what happened, alone.
        public let what: FreeText
    }

    /// Every row that is refused.
    public struct Refusals: Error, Sendable {
        /// In the order of their lines; one or more.
        public let errors: [TableError]
    }

    /// The rows in the table's order.
    public let rows: [Row]
    /// Whether the table has the header of one that this program wrote: its own columns are passed over then, and a row
    /// is one of a known incident where moment and words are the same.
    public let isOwn: Bool

    /// How the table is to be read.
    public struct Reading: Sendable {
        /// `nil` for the one separator that gives a header with a date and what happened.
        public var separator: UInt8?
        /// `nil` to refuse dates that can be read in two ways.
        public var order: DateOrder?
        /// The zone of the times.
        public var zone: PlainText?
        /// The moment of a day and minutes from midnight by the clock on the wall; `nil` where there is none or two,
        /// or it has not come yet.
        public var moment: @Sendable (Day, Int) -> Moment?

        /// A reading of its parts.
        public init(
            separator: UInt8? = nil, order: DateOrder? = nil, zone: PlainText? = nil,
            moment: @escaping @Sendable (Day, Int) -> Moment?
        ) {
            self.separator = separator
            self.order = order
            self.zone = zone
            self.moment = moment
        }
    }

    /// Reads a table. What stands in columns that are not known, or cannot be read as what its column is for, is kept in
    /// the text of what happened, behind its header.
    /// - Throws: `Refusals`, with every row that is refused.
    public init(parsing bytes: [UInt8], _ reading: Reading) throws(Refusals) {
        let table: Table
        do throws(TableError) { table = try LogForm.table(bytes, reading.separator) } catch {
            throw Refusals(errors: [error])
        }
        var rows: [Row] = []
        var errors: [TableError] = []
        let header = table.rows[0].cells
        let columns = header.map { LogColumn($0) }
        isOwn = [Language.danish, .english].contains { LogForm.header($0) == header.map { Table.original($0) } }
        for row in table.rows.dropFirst() where !row.cells.allSatisfy({ $0.allSatisfy { $0 == 0x20 } }) {
            do throws(TableError) {
                guard row.cells.count == header.count else {
                    throw TableError(.unevenRow, line: row.line, "the row has another number of cells than the header")
                }
                var reader = LogRow(line: row.line, reading: reading, isOwn: isOwn)
                rows.append(try reader.read(row.cells, header, columns))
            } catch {
                errors.append(error)
            }
        }
        guard errors.isEmpty else { throw Refusals(errors: errors) }
        self.rows = rows
    }

    private static func table(_ bytes: [UInt8], _ separator: UInt8?) throws(TableError) -> Table {
        var fitting: [Table] = []
        var failure = TableError(
            .unknownHeader, line: 1, "the header names no date or not what happened, or names a column twice")
        for candidate in separator.map({ [$0] }) ?? Table.separators {
            do throws(TableError) {
                let table = try Table(parsing: bytes, separator: candidate)
                if table.rows.first.map({ isHeader($0.cells) }) ?? false { fitting.append(table) }
            } catch {
                // Of the reasons for refusing a table read with a wrong separator only the right one's counts.
                if isHeaderLine(bytes, candidate) { failure = error }
            }
        }
        guard let only = fitting.first else { throw failure }
        guard fitting.count == 1 else {
            throw TableError(.ambiguousSeparator, line: 1, "the table can be read with more than one separator")
        }
        return only
    }

    private static func isHeaderLine(_ bytes: [UInt8], _ separator: UInt8) -> Bool {
        let line = Array(bytes.prefix { $0 != 0x0A && $0 != 0x0D })
        return (try? Table(parsing: line, separator: separator).rows.first).map { isHeader($0?.cells ?? []) } ?? false
    }

    private static func isHeader(_ cells: [[UInt8]]) -> Bool {
        let columns = cells.compactMap { LogColumn($0) }
        return columns.contains(.date) && columns.contains(.what) && Set(columns).count == columns.count
    }
}

/// Reads one row.
private struct LogRow {
    let line: Int
    let reading: LogForm.Reading
    let isOwn: Bool
    private var kept: [UInt8] = []

    init(line: Int, reading: LogForm.Reading, isOwn: Bool) {
        self.line = line
        self.reading = reading
        self.isOwn = isOwn
    }

    mutating func read(
        _ cells: [[UInt8]], _ header: [[UInt8]], _ columns: [LogColumn?]
    ) throws(TableError) -> LogForm.Row {
        var texts: [LogColumn: (text: FreeText, header: [UInt8])] = [:]
        var unknown: [(FreeText, [UInt8])] = []
        for (index, cell) in cells.enumerated() {
            guard let text = try free(Table.original(cell)) else { continue }
            if let column = columns[index] {
                texts[column] = (text, header[index])
            } else if !isOwn || !LogForm.isRecord(column: index) {
                unknown.append((text, header[index]))
            }
        }
        guard let what = texts[.what]?.text else {
            throw TableError(.missingValue, line: line, "the row does not say what happened")
        }
        var facts = IncidentFacts(try occurrence(texts), what: what)
        fill(&facts, texts)
        for (text, header) in unknown { keep(text, header) }
        if let whole = try free(what.bytes + kept) { facts.what = whole }
        do throws(NoteError) { try facts.check() } catch { throw TableError(.badValue, line: line, error.reason) }
        return LogForm.Row(line: line, facts: facts, what: what)
    }

    private func free(_ bytes: [UInt8]) throws(TableError) -> FreeText? {
        do throws(NoteError) { return try FreeText.trimming(bytes) } catch {
            throw TableError(.badValue, line: line, "a cell holds a control character, or more than 64 KiB")
        }
    }

    private mutating func keep(_ text: FreeText, _ header: [UInt8]) {
        let name = header.isEmpty ? [0x3F] : header.filter { $0 >= 0x20 }
        kept += [0x0A, 0x5B] + name + [0x5D, 0x20] + text.bytes
    }

    private mutating func occurrence(
        _ texts: [LogColumn: (text: FreeText, header: [UInt8])]
    ) throws(TableError) -> Occurrence {
        guard let (cell, header) = texts[.date] else {
            throw TableError(.missingValue, line: line, "the row has no date")
        }
        let unknown: [[UInt8]] = [Array("ukendt".utf8), Array("unknown".utf8)]
        if unknown.contains(LogColumn.key(of: cell.bytes)) {
            for column in [LogColumn.time, .until] { if let more = texts[column] { keep(more.text, more.header) } }
            return try made(nil, nil, .unknown)
        }
        let date = try date(cell.bytes)
        var time: WrittenTime?
        if let behind = try free(date.rest) {
            time = WrittenTime(behind.bytes)
            if time == nil { keep(behind, header) }
        }
        if let (text, header) = texts[.time] {
            let written = time == nil ? WrittenTime(text.bytes) : nil
            if written == nil { keep(text, header) }
            time = time ?? written
        }
        guard let time else {
            if let more = texts[.until] { keep(more.text, more.header) }
            return try made(try moment(date.day, 0), nil, .day)
        }
        let from = try moment(date.day, time.from)
        var to = try time.to.map { minutes throws(TableError) in try moment(date.day, minutes) }
        if let (text, header) = texts[.until] {
            if to == nil, let end = try end(text.bytes, date.day), end.timestamp >= from.timestamp {
                to = end
            } else {
                keep(text, header)
            }
        }
        return try made(from, to, time.isAbout ? .about : .exact)
    }

    private func end(_ cell: [UInt8], _ day: Day) throws(TableError) -> Moment? {
        if let time = WrittenTime(cell), time.to == nil { return try moment(day, time.from) }
        guard let written = try? WrittenDate(cell, reading.order), let time = WrittenTime(written.rest), time.to == nil
        else { return nil }
        return try moment(written.day, time.from)
    }

    private func date(_ cell: [UInt8]) throws(TableError) -> WrittenDate {
        do throws(WrittenDate.Failure) { return try WrittenDate(cell, reading.order) } catch {
            switch error {
            case .ambiguous:
                throw TableError(.ambiguousDate, line: line, "the date can be read in two ways; say which order it has")
            case .unreadable:
                throw TableError(
                    .badDate, line: line, "there is no date that can be read, with four digits for the year")
            }
        }
    }

    private func moment(_ day: Day, _ minutes: Int) throws(TableError) -> Moment {
        guard let moment = reading.moment(day, minutes) else {
            throw TableError(
                .badDate, line: line, "the time has not come yet, or the clock never showed it, or showed it twice")
        }
        return moment
    }

    private func made(_ from: Moment?, _ to: Moment?, _ precision: Precision) throws(TableError) -> Occurrence {
        do throws(NoteError) {
            return try Occurrence(from: from, to: to, precision: precision, zone: from == nil ? nil : reading.zone)
        } catch {
            throw TableError(.badDate, line: line, error.reason)
        }
    }

    private mutating func fill(
        _ facts: inout IncidentFacts, _ texts: [LogColumn: (text: FreeText, header: [UInt8])]
    ) {
        facts.place = texts[.place]?.text
        facts.address = texts[.address]?.text
        facts.howRecognised = texts[.recognised]?.text
        facts.othersPresent = texts[.others]?.text
        facts.childrenPresent = texts[.children]?.text
        facts.injuryDamage = texts[.injury]?.text
        facts.effect = texts[.effect]?.text
        facts.response = texts[.response]?.text
        if let witnesses = texts[.witnesses]?.text { facts.witnesses = [Witness(name: witnesses)] }
        if let journal = texts[.journal]?.text { facts.police = [PoliceContact(journal: journal)] }
        if let (text, header) = texts[.kind] {
            facts.kind = LogRow.word(text.bytes) { [$0.word, $0.text(.danish).bytes, $0.text(.english).bytes] }
            if facts.kind == nil { keep(text, header) }
        }
        if let (text, header) = texts[.breach] {
            facts.breach = LogRow.word(text.bytes) { [$0.word, $0.text(.danish).bytes, $0.text(.english).bytes] }
            if facts.breach == nil { keep(text, header) }
        }
    }

    private static func word<Word: DossierWord>(_ cell: [UInt8], _ names: (Word) -> [[UInt8]]) -> Word? {
        let key = LogColumn.key(of: cell)
        return Word.allCases.first { word in names(word).contains { LogColumn.key(of: $0) == key } }
    }
}

extension StaticString {
    var bytes: [UInt8] { withUTF8Buffer { [UInt8]($0) } }
}
