/// What is wrong with a handover folder, and where.
struct HandoverFault: Hashable {
    enum Kind { case altered, missing, unchecked }

    /// Path from the folder.
    let place: String
    /// What is wrong, in words.
    let what: String
    /// Whether something is not what it was, is not there, or cannot be checked without what is not there.
    let kind: Kind
}

/// Everything that is found wrong, each once, in the order of finding.
final class HandoverFaults {
    private(set) var all: [HandoverFault] = []
    /// Files that do not belong to the handover: somebody put them there.
    private(set) var added: [String] = []
    /// Files that systems leave in folders that they show: no part of the handover, and no fault.
    private(set) var strays: [String] = []
    private var known: Set<HandoverFault> = []

    func altered(_ place: String, _ what: String) { add(HandoverFault(place: place, what: what, kind: .altered)) }
    func missing(_ place: String, _ what: String = "is missing") {
        add(HandoverFault(place: place, what: what, kind: .missing))
    }
    func unchecked(_ place: String) {
        add(HandoverFault(place: place, what: "cannot be checked without what is missing", kind: .unchecked))
    }
    func added(_ place: String) { added.append(place) }
    func stray(_ place: String) { strays.append(place) }

    /// What does not fit together; where something is missing, that may explain it.
    func unfitting(_ place: String, _ what: String) {
        let isExplained = all.contains { $0.kind == .missing }
        add(HandoverFault(place: place, what: what, kind: isExplained ? .missing : .altered))
    }

    private func add(_ fault: HandoverFault) {
        if known.insert(fault).inserted { all.append(fault) }
    }
}
