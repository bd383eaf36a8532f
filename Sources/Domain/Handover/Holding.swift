public import Dossier
import SignedNote

extension IncidentFacts {
    /// What stands in each field that a person wrote, with where it stands; fields that are sensitive by themselves say so.
    public func fields(of number: UInt64) -> [(place: Place, text: String, kinds: [Sensitive])] {
        var fields: [(place: Place, text: String, kinds: [Sensitive])] = []
        func add(_ field: FieldLabel, _ text: FreeText?, _ kinds: [Sensitive] = [], part: Int = 0) {
            if let text { fields.append((.incident(number, field, part: part), string(text), kinds)) }
        }
        add(.what, what)
        add(.place, place, kind == .atWork ? [.workplace] : [])
        add(.address, address, [.address])
        add(.howRecognised, howRecognised)
        for (part, identifier) in identifiers.enumerated() { add(.identifiers, identifier, part: part) }
        for (part, witness) in witnesses.enumerated() {
            let text = [witness.name, witness.contact, witness.saw].compactMap { $0.map { string($0) } }
            fields.append((.incident(number, .witnesses, part: part), text.joined(separator: "; "), [.person]))
        }
        add(.othersPresent, othersPresent)
        add(.childrenPresent, childrenPresent, [.person])
        add(.injuryDamage, injuryDamage)
        add(.effect, effect)
        add(.response, response)
        for (part, contact) in police.enumerated() {
            let text = [contact.officer, contact.unit, contact.journal, contact.receipt].compactMap {
                $0.map { string($0) }
            }
            fields.append((.incident(number, .police, part: part), text.joined(separator: "; "), []))
        }
        return fields
    }

    /// The same with what stands at `places` held back.
    public func holding(_ places: Set<Place>, of number: UInt64, _ language: Language) -> IncidentFacts {
        guard let held = try? FreeText(Array(Held.text(language).utf8)) else { return self }
        var facts = self
        func hold(_ field: FieldLabel, _ text: inout FreeText?, part: Int = 0) {
            if text != nil, places.contains(.incident(number, field, part: part)) { text = held }
        }
        if places.contains(.incident(number, .what, part: 0)) { facts.what = held }
        hold(.place, &facts.place)
        hold(.address, &facts.address)
        hold(.howRecognised, &facts.howRecognised)
        hold(.othersPresent, &facts.othersPresent)
        hold(.childrenPresent, &facts.childrenPresent)
        hold(.injuryDamage, &facts.injuryDamage)
        hold(.effect, &facts.effect)
        hold(.response, &facts.response)
        for part in facts.identifiers.indices where places.contains(.incident(number, .identifiers, part: part)) {
            facts.identifiers[part] = held
        }
        for part in facts.witnesses.indices where places.contains(.incident(number, .witnesses, part: part)) {
            facts.witnesses[part] = Witness(name: held)
        }
        for part in facts.police.indices where places.contains(.incident(number, .police, part: part)) {
            facts.police[part] = PoliceContact(date: facts.police[part].date, officer: held)
        }
        return facts
    }
}

extension OrderFacts {
    /// What stands in each field that a person wrote, with where it stands.
    public var fields: [(place: Place, text: String, kinds: [Sensitive])] {
        var fields: [(place: Place, text: String, kinds: [Sensitive])] = []
        func add(_ field: FieldLabel, _ text: FreeText?, part: Int = 0) {
            if let text { fields.append((.order(field, part: part), string(text), [])) }
        }
        add(.decision, decision)
        add(.scope, scope)
        for (part, person) in protected.enumerated() { add(.protected, person, part: part) }
        add(.authority, authority)
        return fields
    }

    /// The same with what stands at `places` held back.
    public func holding(_ places: Set<Place>, _ language: Language) -> OrderFacts {
        guard let held = try? FreeText(Array(Held.text(language).utf8)) else { return self }
        var facts = self
        func hold(_ field: FieldLabel, _ text: inout FreeText?) {
            if text != nil, places.contains(.order(field, part: 0)) { text = held }
        }
        hold(.decision, &facts.decision)
        hold(.scope, &facts.scope)
        hold(.authority, &facts.authority)
        for part in facts.protected.indices where places.contains(.order(.protected, part: part)) {
            facts.protected[part] = held
        }
        return facts
    }
}
