import Dossier
import Handover
import Sharing
import Testing

@Suite struct SensitiveTests {
    @Test(arguments: [
        ("Han stod på Nygade 4", Sensitive.address), ("mødt på Sædding Ringvej 22B, Esbjerg", .address),
        ("adressen er 6700 Esbjerg", .address), ("12 High street 4", .address),
        ("foran min arbejdsplads", .workplace), ("på kontoret", .workplace), ("at work again", .workplace),
        ("ved folkeskolen", .school), ("i børnehaven", .school), ("outside the kindergarten", .school),
        ("min psykolog sagde", .treatment), ("på krisecentret", .treatment), ("my therapist", .treatment),
        ("ring 22 33 44 55", .telephone), ("+45 22334455", .telephone), ("tlf. 22-33-44-55.", .telephone),
        ("skriv til ny@adresse.dk", .mail), ("<a.b@c.example>", .mail),
        ("55.6761 12.5683", .position), ("55.6761, 12.5683", .position), ("55°40'N", .position),
        ("https://maps.google.com/?q=x", .position),
    ]) func placeOrNumberIsFound(_ text: String, _ kind: Sensitive) {
        let kinds = SensitiveText.kinds(in: text)
        #expect(kinds.contains(kind), "\(text): \(kinds)")
    }

    @Test(arguments: [
        "Han stod ved døren", "Ringede 14 gange mellem 22.15 og 22.40", "2026-11-12 22:15", "i 2026 skete det igen",
        "Sagde: jeg ved hvor du bor", "", "1.5 og 2.5", "version 1.2", "He stood at the door",
    ]) func plainTextIsNotAskedAbout(_ text: String) {
        #expect(SensitiveText.kinds(in: text).isEmpty, "\(text): \(SensitiveText.kinds(in: text))")
    }

    @Test func codeStandsForTextAndPlace() {
        let place = Place.incident(3, .address, part: 0)
        let one = DisclosureFinding(place: place, kinds: [.address], text: "Nygade 4")
        #expect(one.code.count == 6)
        #expect(one.code == DisclosureFinding(place: place, kinds: [.school], text: "Nygade 4").code)
        #expect(one.code != DisclosureFinding(place: place, kinds: [.address], text: "Nygade 5").code)
        let other = Place.incident(4, .address, part: 0)
        #expect(one.code != DisclosureFinding(place: other, kinds: [.address], text: "Nygade 4").code)
    }

    @Test func everyFieldThatIsListedCanBeHeldBack() throws {
        func text(_ word: String) throws -> FreeText { try FreeText(Array(word.utf8)) }
        var facts = IncidentFacts(try Occurrence(from: nil, precision: .unknown), what: try text("secret-what"))
        facts.place = try text("secret-place")
        facts.address = try text("secret-address")
        facts.howRecognised = try text("secret-recognised")
        facts.identifiers = [try text("secret-id-1"), try text("secret-id-2")]
        facts.witnesses = [Witness(name: try text("secret-witness"), contact: try text("secret-contact"))]
        facts.othersPresent = try text("secret-others")
        facts.childrenPresent = try text("secret-children")
        facts.injuryDamage = try text("secret-injury")
        facts.effect = try text("secret-effect")
        facts.response = try text("secret-response")
        facts.police = [PoliceContact(officer: try text("secret-officer"), journal: try text("secret-journal"))]
        let fields = facts.fields(of: 7)
        #expect(fields.count == 13)
        let whole = String(decoding: facts.text, as: UTF8.self)
        for field in fields {
            let held = facts.holding([field.place], of: 7, .danish)
            let left = String(decoding: held.text, as: UTF8.self)
            #expect(left.contains("[tilbageholdt]"), "\(field.place)")
            for part in field.text.split(separator: "; ") {
                #expect(whole.contains(part))
                #expect(!left.contains(part), "\(field.place)")
            }
            #expect(facts.holding([field.place], of: 8, .danish) == facts, "another incident's")
        }
        let all = facts.holding(Set(fields.map(\.place)), of: 7, .english)
        #expect(!String(decoding: all.text, as: UTF8.self).contains("secret"))
    }

    @Test func everyFieldOfAnOrderCanBeHeldBack() throws {
        func text(_ word: String) throws -> FreeText { try FreeText(Array(word.utf8)) }
        var order = OrderFacts(.tilhold)
        order.decision = try text("secret-decision")
        order.scope = try text("secret-scope")
        order.protected = [try text("secret-child"), try text("secret-me")]
        order.authority = try text("secret-authority")
        #expect(order.fields.count == 5)
        for field in order.fields {
            let left = String(decoding: order.holding([field.place], .english).text, as: UTF8.self)
            #expect(!left.contains(field.text))
            #expect(left.contains("[held back]"))
        }
    }
}
