import AuditTrail
import LogFixture
import Sharing

/// A vault with an owner, a police officer, one case, two items, and a grant of both.
struct Scene {
    let log = LogFixture()
    let owner: Person
    let officer: Person
    let matter: Matter
    let items: [Item]
    let lent: Lent

    /// - Parameter ownerExpires: seconds after which the owner's card expires.
    init(ownerExpires: UInt64? = nil, _ change: (inout Terms) -> Void = { _ in }) throws {
        try log.trust()
        owner = try log.person("Anna", expires: ownerExpires.map { [log] in log.now + $0 })
        officer = try log.person("Officer", role: "police", organisation: "Police, East")
        matter = try log.matter(of: owner)
        items = [try log.item(matter), try log.item(matter)]
        lent = try log.grant(matter, items, from: owner, to: officer, change)
    }

    /// Everything that an honest custodian logs.
    func play() throws {
        let head = try log.checkpoint()
        try log.open(officer, matter, lent, items, .list)
        log.now += 60
        try log.open(officer, matter, lent, [items[0]], head: head)
        try log.open(owner, matter, nil, items)
        let note = try log.requestNote(officer, matter, lent, [items[1].id], .export)
        try log.log(note, lent, matter, failures: [.rightMissing])
        log.now += 86_400
        try log.revoke(lent, by: owner)
        try log.open(officer, matter, lent, [items[1]], failures: [.revoked])
        let other = try log.grant(matter, [items[0]], from: owner, to: officer)
        log.now += 20 * 86_400
        try log.expire(other)
        try log.withdraw(officer, by: log.issuer)
    }
}
