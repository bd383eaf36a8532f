import SignedNote

/// The languages that the dossier speaks.
public enum Language: Sendable {
    case danish, english

    func pick(_ danish: StaticString, _ english: StaticString) -> StaticString { self == .danish ? danish : english }
}

/// What stands before each field where people read it.
public enum FieldLabel: CaseIterable, Sendable {
    case number, version, reason, recorded, recordedBy, late
    case when, until, precision, zone, kind, place, address, what, personSeen, howRecognised, identifiers, witnesses
    case othersPresent, childrenPresent, injuryDamage, effect, response, exhibits, breach, order, police, highlight
    case privateNote
    case decision, journal, served, expires, scope, protected, authority

    /// The label in a language, without a colon.
    public func text(_ language: Language) -> StaticString {
        switch self {
        case .number: language.pick("nr.", "no.")
        case .version: language.pick("udgave", "version")
        case .reason: language.pick("rettet fordi", "corrected because")
        case .recorded: language.pick("skrevet ned", "recorded")
        case .recordedBy: language.pick("skrevet af", "recorded by")
        case .late: language.pick("skrevet efter", "recorded after")
        case .when: language.pick("hvornår", "when")
        case .until: language.pick("indtil", "until")
        case .precision: language.pick("nøjagtighed", "precision")
        case .zone: language.pick("tidszone", "time zone")
        case .kind: language.pick("slags", "kind")
        case .place: language.pick("sted", "place")
        case .address: language.pick("adresse", "address")
        case .what: language.pick("hvad skete der", "what happened")
        case .personSeen: language.pick("person set", "person seen")
        case .howRecognised: language.pick("genkendt på", "recognised by")
        case .identifiers: language.pick("kendetegn", "identifiers")
        case .witnesses: language.pick("vidner", "witnesses")
        case .othersPresent: language.pick("andre til stede", "others present")
        case .childrenPresent: language.pick("børn til stede", "children present")
        case .injuryDamage: language.pick("skade", "injury or damage")
        case .effect: language.pick("virkning på mig", "effect on me")
        case .response: language.pick("min reaktion", "my response")
        case .exhibits: language.pick("bilag", "exhibits")
        case .breach: language.pick("brud på forbud", "breach of order")
        case .order: language.pick("forbud nr.", "order no.")
        case .police: language.pick("politi", "police")
        case .highlight: language.pick("typisk hændelse", "typical incident")
        case .privateNote: language.pick("kun for mig", "for me alone")
        case .decision: language.pick("afgørelse", "decision")
        case .journal: language.pick("journalnr.", "journal no.")
        case .served: language.pick("forkyndt", "served")
        case .expires: language.pick("udløber", "expires")
        case .scope: language.pick("omfang", "scope")
        case .protected: language.pick("beskytter", "protects")
        case .authority: language.pick("udstedt af", "issued by")
        }
    }
}

extension FreeText {
    /// What the program wrote for her, in whichever language it spoke then, in the reader's; any other text as it is.
    public func shown(in language: Language) -> FreeText {
        let known = [Language.danish, .english].map { NoteText.bytes(Phrase.noReply.text($0)) }
        guard known.contains(bytes) else { return self }
        return (try? FreeText(NoteText.bytes(Phrase.noReply.text(language)))) ?? self
    }
}

/// Whole words and sentences of the dossier.
public enum Phrase: Sendable {
    case notStated, yes, background, noReply, possibleBreach, reportedBreach, incident, order, unattested, broken

    /// The phrase in a language.
    public func text(_ language: Language) -> StaticString {
        switch self {
        case .notStated: language.pick("ikke oplyst", "not stated")
        case .yes: language.pick("ja", "yes")
        case .background: language.pick("baggrund", "background")
        case .noReply: language.pick("Intet svar", "No reply")
        case .possibleBreach: language.pick("muligt brud", "possible breach")
        case .reportedBreach: language.pick("anmeldt brud", "reported breach")
        case .incident: language.pick("Hændelse", "Incident")
        case .order: language.pick("Forbud", "Order")
        case .unattested:
            language.pick("ikke bekræftet: skrevet af en ukendt", "not attested: added by an unknown signer")
        case .broken:
            language.pick("udgaverne hænger ikke sammen", "the versions do not follow each other")
        }
    }
}

extension IncidentKind {
    /// The kind as people read it.
    public func text(_ language: Language) -> StaticString {
        switch self {
        case .call: language.pick("opkald", "call")
        case .message: language.pick("besked", "message")
        case .mail: language.pick("e-mail", "mail")
        case .letterOrGift: language.pick("brev eller gave", "letter or gift")
        case .following: language.pick("følger efter", "following")
        case .atHome: language.pick("ved hjemmet", "at home")
        case .atWork: language.pick("på arbejdet", "at work")
        case .surveillance: language.pick("overvågning, GPS", "surveillance, GPS")
        case .online: language.pick("falsk profil, online", "fake profile, online")
        case .rumours: language.pick("rygter", "rumours")
        case .thirdParty: language.pick("gennem andre", "via third party")
        case .authorities: language.pick("gennem myndigheder", "via authorities")
        case .damage: language.pick("hærværk", "damage")
        case .breakIn: language.pick("indbrud", "break-in")
        case .threat: language.pick("trussel", "threat")
        case .violence: language.pick("vold", "violence")
        case .other: language.pick("andet", "other")
        }
    }
}

extension Precision {
    /// How well a time is known, as people read it.
    public func text(_ language: Language) -> StaticString {
        switch self {
        case .exact: language.pick("nøjagtigt", "exact")
        case .about: language.pick("omtrent", "about")
        case .day: language.pick("kun dagen", "the day alone")
        case .unknown: language.pick("ukendt", "unknown")
        }
    }
}

extension Certainty {
    /// The certainty as people read it.
    public func text(_ language: Language) -> StaticString {
        switch self {
        case .certain: language.pick("helt sikker", "certain")
        case .think: language.pick("tror det", "think so")
        case .unknown: language.pick("ukendt", "unknown")
        }
    }
}

extension Breach {
    /// The breach as people read it.
    public func text(_ language: Language) -> StaticString {
        switch self {
        case .none: language.pick("nej", "none")
        case .possible: language.pick("muligt", "possible")
        case .reported: language.pick("anmeldt", "reported")
        }
    }
}
