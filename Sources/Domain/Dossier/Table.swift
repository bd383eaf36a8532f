import SignedNote

/// Why a table is refused, and where.
public struct TableError: Error, Equatable, Sendable {
    /// What is wrong.
    public enum Code: Sendable {
        case notText, torn, unevenRow, tooLarge, unknownHeader, ambiguousSeparator, missingValue, badDate, ambiguousDate
        case badValue
    }

    /// The kind of failure.
    public let code: Code
    /// The line of the file on which the row begins, from 1.
    public let line: Int
    /// A plain sentence.
    public let reason: StaticString

    init(_ code: Code, line: Int, _ reason: StaticString) {
        self.code = code
        self.line = line
        self.reason = reason
    }

    public static func == (left: TableError, right: TableError) -> Bool {
        left.code == right.code && left.line == right.line
    }
}

/// A text table: RFC 4180 with a separator of comma, semicolon or tab; UTF-8, lines ended by CR LF or LF.
public struct Table: Sendable {
    /// A row and the line on which it begins.
    public struct Row: Sendable {
        /// From 1.
        public let line: Int
        /// The cells' bytes.
        public let cells: [[UInt8]]
    }

    /// The largest table, in bytes.
    public static let maximumSize = 64 << 20
    /// Comma, semicolon, tab.
    static let separators: [UInt8] = [0x2C, 0x3B, 0x09]

    /// The rows, the header among them; lines without any byte are left out.
    public let rows: [Row]

    /// Reads a table strictly: a quote stands around a whole cell or is doubled inside one, nothing else.
    /// - Throws: `TableError`.
    public init(parsing bytes: [UInt8], separator: UInt8) throws(TableError) {
        guard bytes.count <= Table.maximumSize else { throw TableError(.tooLarge, line: 1, "the table is too large") }
        var reader = TableReader(bytes, separator)
        var rows: [Row] = []
        while let row = try reader.row() {
            if row.cells != [[]] { rows.append(row) }
        }
        self.rows = rows
    }

    /// The table as text: every cell quoted where it has to be, lines ended by CR LF.
    ///
    /// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    public static func text(_ rows: [[[UInt8]]], separator: UInt8) -> [UInt8] {
        var text: [UInt8] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index > 0 { text.append(separator) }
                text += quoted(neutral(cell), separator)
            }
            text += [0x0D, 0x0A]
        }
        return text
    }

    private static func quoted(_ cell: [UInt8], _ separator: UInt8) -> [UInt8] {
        guard cell.contains(where: { $0 == 0x22 || $0 == separator || $0 == 0x0A || $0 == 0x0D }) else { return cell }
        return [0x22] + cell.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
    }

    // = + - @ begin formulas; tab, CR and LF before them are skipped by some programs.
    private static let formulaStarts: [UInt8] = [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D, 0x0A]
    // The same four in their full-width forms, which some programs take for them.
    private static let wideStarts: [[UInt8]] = [
        [0xEF, 0xBC, 0x9D], [0xEF, 0xBC, 0x8B], [0xEF, 0xBC, 0x8D], [0xEF, 0xBC, 0xA0],
    ]

    private static func isFormula(_ cell: some Collection<UInt8>) -> Bool {
        guard let first = cell.first(where: { $0 != 0x20 }) else { return false }
        let start = cell.drop { $0 == 0x20 }
        return formulaStarts.contains(first) || wideStarts.contains { start.starts(with: $0) }
    }

    /// The cell with an apostrophe where a spreadsheet would take it for a formula, or the apostrophe for its own.
    static func neutral(_ cell: [UInt8]) -> [UInt8] {
        isFormula(cell) || isNeutral(cell) ? [0x27] + cell : cell
    }

    /// What `neutral` made a cell of; other cells stay as they are.
    static func original(_ cell: [UInt8]) -> [UInt8] { isNeutral(cell) ? Array(cell.dropFirst()) : cell }

    // One or more apostrophes before a formula.
    private static func isNeutral(_ cell: [UInt8]) -> Bool {
        cell.first == 0x27 && isFormula(cell.drop { $0 == 0x27 })
    }
}

/// Walks through a table's bytes.
private struct TableReader {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8], _ separator: UInt8) {
        self.bytes = bytes
        self.separator = separator
        // The mark that some programs put before UTF-8.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func row() throws(TableError) -> Table.Row? {
        guard position < bytes.count else { return nil }
        let start = line
        var cells: [[UInt8]] = []
        while true {
            cells.append(try cell())
            guard position < bytes.count else { break }
            if bytes[position] == separator {
                position += 1
                // A separator at the very end has an empty cell behind it.
                if position == bytes.count { cells.append([]) }
                if position < bytes.count { continue }
                break
            }
            try endLine()
            break
        }
        for cell in cells where !NoteText.isUTF8(cell) {
            throw TableError(.notText, line: start, "a cell is not UTF-8 text; save the table as UTF-8")
        }
        return Table.Row(line: start, cells: cells)
    }

    private mutating func endLine() throws(TableError) {
        if bytes[position] == 0x0D { position += 1 }
        guard position < bytes.count, bytes[position] == 0x0A else {
            throw TableError(.torn, line: line, "a carriage return or a quote stands where none may")
        }
        position += 1
        line += 1
    }

    private mutating func cell() throws(TableError) -> [UInt8] {
        guard position < bytes.count, bytes[position] == 0x22 else {
            let start = position
            while position < bytes.count, ![separator, 0x0A, 0x0D, 0x22].contains(bytes[position]) { position += 1 }
            return [UInt8](bytes[start..<position])
        }
        let opened = line
        position += 1
        var cell: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 0x22 {
                guard position < bytes.count, bytes[position] == 0x22 else { return try closed(cell) }
                position += 1
            }
            if byte == 0x0A { line += 1 }
            cell.append(byte)
        }
        throw TableError(.torn, line: opened, "a quote is opened and never closed")
    }

    private func closed(_ cell: [UInt8]) throws(TableError) -> [UInt8] {
        guard position == bytes.count || [separator, 0x0A, 0x0D].contains(bytes[position]) else {
            throw TableError(.torn, line: line, "something follows a closing quote")
        }
        return cell
    }
}
