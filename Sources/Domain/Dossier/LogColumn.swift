/// The columns of the log form that victims of stalking are given in Denmark (*logskema*), by the names that such forms
/// use, in Danish and English.
enum LogColumn: CaseIterable {
    case date, time, until, place, address, kind, what, recognised, witnesses, others, children, injury, effect
    case response, breach, journal

    /// Names in the form that `key(of:)` gives them.
    private var names: [StaticString] {
        switch self {
        case .date:
            [
                "dato", "datoogtidspunkt", "datotidspunkt", "datoogtid", "datotid", "datoogklokkeslæt", "hvornår",
                "hvornårskedetdet", "date", "dateandtime", "datetime", "when", "whendidithappen",
            ]
        case .time: ["tid", "tidspunkt", "klokkeslæt", "klokken", "kl", "time", "timeofday"]
        case .until: ["indtil", "slut", "sluttidspunkt", "until", "end", "endtime"]
        case .place: ["sted", "hvor", "hvorskedetdet", "place", "location", "where", "wheredidithappen"]
        case .address: ["adresse", "address"]
        case .kind: ["slags", "type", "hændelsestype", "kind", "typeofincident"]
        case .what:
            [
                "hvadskete", "hvadsketeder", "hændelse", "hændelsen", "beskrivelse", "beskrivelseafhændelsen",
                "hændelsesforløb", "what", "whathappened", "incident", "description", "descriptionofincident",
            ]
        case .recognised:
            [
                "genkendtpå", "hvordangenkendteduvedkommende", "hvordangenkendtedupersonen", "recognisedby",
                "recognizedby",
            ]
        case .witnesses: ["vidne", "vidner", "witness", "witnesses"]
        case .others: ["andretilstede", "otherspresent"]
        case .children: ["børntilstede", "childrenpresent"]
        case .injury: ["skade", "skader", "skaderogtab", "injury", "injuryordamage", "injurydamage"]
        case .effect:
            [
                "virkning", "virkningpåmig", "påvirkning", "hvordanpåvirkededetdig", "hvordanharduhaftdet", "effect",
                "effectonme", "howdiditaffectyou",
            ]
        case .response:
            [
                "reaktion", "minreaktion", "dinreaktion", "hvordanreagerededu", "hvadgjordedu", "response",
                "myresponse",
                "reaction", "howdidyoureact", "whatdidyoudo",
            ]
        case .breach: ["brudpåforbud", "brudpåtilhold", "breach", "breachoforder"]
        case .journal: ["journalnr", "journalnummer", "politietsjournalnummer", "journalno", "journalnumber"]
        }
    }

    /// The column that a header names; `nil` for one that is not known.
    init?(_ header: [UInt8]) {
        let key = LogColumn.key(of: header)
        guard
            let column = LogColumn.allCases.first(where: { column in
                column.names.contains { $0.withUTF8Buffer { [UInt8]($0) } == key }
            })
        else { return nil }
        self = column
    }

    /// Letters and digits alone, in lower case; Danish letters are lowered too.
    static func key(of text: [UInt8]) -> [UInt8] {
        var key: [UInt8] = []
        for byte in text {
            switch byte {
            case 0x41...0x5A: key.append(byte + 0x20)
            case 0x30...0x39, 0x61...0x7A: key.append(byte)
            case 0x80...0x9E where key.last == 0xC3 && byte != 0x97: key.append(byte + 0x20)
            case 0x80...: key.append(byte)
            default: break
            }
        }
        return key
    }
}
