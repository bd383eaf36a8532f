import Sharing
import SignedNote

@testable import Dossier

/// Texts of the dossier and tables of strangers are read whole or refused, and what was read is written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    checkText(bytes, as: Incident.self)
    checkText(bytes, as: IncidentFacts.self)
    checkText(bytes, as: Order.self)
    checkText(bytes, as: OrderFacts.self)
    checkText(bytes, as: PrivateNote.self)
    checkTable(bytes)
    checkForm(bytes)
    return 0
}

private func checkText<Body: NoteBody>(_ bytes: [UInt8], as type: Body.Type) {
    guard let body = try? Body(parsing: bytes) else { return }
    demand(body.text == bytes, "a text of the dossier has one form")
}

private func checkTable(_ bytes: [UInt8]) {
    for separator in Table.separators {
        guard let table = try? Table(parsing: bytes, separator: separator) else { continue }
        let cells = table.rows.map(\.cells)
        let text = Table.text(cells, separator: separator)
        let again = try? Table(parsing: text, separator: separator)
        demand(again?.rows.map { $0.cells.map(Table.original) } == cells, "a table comes back from its text")
        for cell in again?.rows.flatMap(\.cells) ?? [] {
            demand(![0x3D, 0x2B, 0x2D, 0x40].contains(cell.first ?? 0), "no cell is a formula")
        }
    }
}

private func checkForm(_ bytes: [UInt8]) {
    for order in [nil, DateOrder.dayFirst, .monthFirst] {
        let reading = LogForm.Reading(order: order) { day, minutes in
            let seconds = UInt64(day.date.daysSince1970) * 86_400 + UInt64(minutes) * 60
            return try? Moment(Timestamp(seconds: seconds), offsetMinutes: 0)
        }
        guard let form = try? LogForm(parsing: bytes, reading) else { continue }
        for row in form.rows {
            demand((try? IncidentFacts(parsing: row.facts.text)) == row.facts, "a row that was read can be kept")
            demand(row.line >= 1, "lines are counted from 1")
        }
    }
}
