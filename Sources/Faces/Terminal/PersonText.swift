/// A person as the lines of a log name her: `NAME (ROLE, ORGANISATION)`.
///
/// All three are what a card says, and anybody can make a card. What could pass for another line's form is quoted, and
/// a role that no organisation stands behind is marked.
public enum PersonText {
    /// Roles of private persons' cards, who speak for nobody else.
    private static let privateRoles = ["person", "owner"].map { Array($0.utf8) }

    private static let dividers = Array("()'\"".utf8)

    /// - Parameters: as the card has them; `organisation` is `nil` where it names none, and so has no issuer.
    public static func text(name: [UInt8], role: [UInt8], organisation: [UInt8]?) -> String {
        let behind =
            organisation.map { ", " + part($0) } ?? (privateRoles.contains(role) ? "" : ", vouched for by nobody")
        let role = role.contains(0x2C) ? Escaped.quoted(role) : part(role)
        return "\(part(name)) (\(role)\(behind))"
    }

    /// Text of somebody else in the midst of a line: quoted where it holds what divides the parts of one.
    public static func part(_ bytes: [UInt8]) -> String {
        let isPlain =
            !bytes.contains { dividers.contains($0) } && !zip(bytes, bytes.dropFirst()).contains { $0 == (0x20, 0x20) }
        return isPlain ? Escaped.text(bytes) : Escaped.quoted(bytes)
    }
}
