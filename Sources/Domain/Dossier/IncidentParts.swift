import Sharing
import SignedNote

extension Occurrence {
    init(reading reader: inout LineTextReader) throws(NoteError) {
        let from = try reader.statedMoment("occurred-from")
        let to = try reader.statedMoment("occurred-to")
        let precision: Precision = try reader.word("precision")
        let zone: PlainText? = reader.isNext("zone") ? try PlainText(try reader.value("zone")) : nil
        try self.init(from: from, to: to, precision: precision, zone: zone)
    }

    func write(to writer: inout LineTextWriter) {
        writer.stated("occurred-from", from)
        writer.stated("occurred-to", to)
        writer.stated("precision", precision)
        if let zone { writer.write("zone", zone.bytes) }
    }
}

extension Witness {
    init(reading reader: inout LineTextReader) throws(NoteError) {
        name = try reader.text("witness")
        contact = try reader.stated("witness-contact")
        saw = try reader.stated("witness-saw")
    }

    func write(to writer: inout LineTextWriter) {
        writer.stated("witness", name)
        writer.stated("witness-contact", contact)
        writer.stated("witness-saw", saw)
    }
}

extension Exhibit {
    init(reading reader: inout LineTextReader) throws(NoteError) {
        number = try reader.number("exhibit")
        item = try reader.hash("exhibit-item")
        saved = try reader.stated("exhibit-saved")
        original = try reader.stated("exhibit-original")
    }

    func write(to writer: inout LineTextWriter) {
        writer.add("exhibit", number)
        writer.add("exhibit-item", item)
        writer.stated("exhibit-saved", saved)
        writer.stated("exhibit-original", original)
    }
}

extension PoliceContact {
    init(reading reader: inout LineTextReader) throws(NoteError) {
        date = try reader.optionalValue("police").map { text throws(NoteError) in try Day(parsing: text) }
        officer = try reader.stated("police-officer")
        unit = try reader.stated("police-unit")
        journal = try reader.stated("police-journal")
        receipt = try reader.stated("police-receipt")
    }

    func write(to writer: inout LineTextWriter) {
        writer.write("police", date?.text ?? Array("none".utf8))
        writer.stated("police-officer", officer)
        writer.stated("police-unit", unit)
        writer.stated("police-journal", journal)
        writer.stated("police-receipt", receipt)
    }
}
