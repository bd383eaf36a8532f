public import SignedNote
import Sodium

/// Units: an issuer's keys of its own, `units/NAME.age` and the memberships it gave, `units/NAME/HASH.note`; and the
/// memberships of the person herself, `memberships/HASH.age`. Every `.age` is sealed to its keeper's own age identity.
public struct Units: Sendable {
    private let home: HomeFolder

    /// The units in a home folder; nothing is read.
    public init(_ home: HomeFolder) { self.home = home }

    private static func hex(_ hash: NoteHash) -> String { String(decoding: hash.hex, as: UTF8.self) }

    private func keep(_ bytes: [UInt8], _ folder: String, _ name: String) throws(HomeError) {
        _ = try home.makeFolder(folder)
        let lock = try home.lock()
        defer { withExtendedLifetime(lock) {} }
        try StoredFile(path: home.path(of: folder + "/" + name)).replace(with: bytes)
    }

    // MARK: The issuer's

    /// Keeps a unit's sealed key.
    /// - Throws: `HomeError.exists` where there is one of this name, `.badName`, `.unreachable`, `.diskFull`.
    public func create(_ name: String, _ sealed: [UInt8]) throws(HomeError) {
        let name = try IdentityKind.checked(name) + ".age"
        let file = StoredFile(path: home.path(of: "units/" + name))
        guard !file.exists else { throw HomeError(.exists, "there is a unit of this name already", file.path) }
        try keep(sealed, "units", name)
    }

    /// A unit's sealed key.
    /// - Throws: `HomeError.missing`, `.badName`, `.unreachable`.
    public func key(_ name: String) throws(HomeError) -> [UInt8] {
        try StoredFile(path: home.path(of: "units/" + IdentityKind.checked(name) + ".age")).read()
    }

    /// Keeps a membership that the issuer gave, to be able to take it back.
    public func keep(_ membership: UnverifiedNote, of name: String) throws(HomeError) {
        _ = try home.makeFolder("units")
        let folder = try "units/" + IdentityKind.checked(name)
        try keep(membership.bytes, folder, Units.hex(membership.hash) + ".note")
    }

    /// The memberships that the issuer gave of a unit.
    public func members(of name: String) throws(HomeError) -> [[UInt8]] {
        let folder = try "units/" + IdentityKind.checked(name)
        var notes: [[UInt8]] = []
        for file in try home.names(in: folder, suffix: ".note") {
            notes.append(try StoredFile(path: home.path(of: folder + "/" + file + ".note")).read())
        }
        return notes
    }

    // MARK: The member's

    /// Keeps a membership of the person's own, with the unit's key, as it was sealed to her.
    public func join(_ sealed: [UInt8], _ membership: NoteHash) throws(HomeError) {
        try keep(sealed, "memberships", Units.hex(membership) + ".age")
    }

    /// The person's own memberships, sealed to her.
    public func memberships() throws(HomeError) -> [[UInt8]] {
        var sealed: [[UInt8]] = []
        for name in try home.names(in: "memberships", suffix: ".age") {
            sealed.append(try StoredFile(path: home.path(of: "memberships/" + name + ".age")).read())
        }
        return sealed
    }
}
