/// The `Host` values a server answers for.
struct HostList: Sendable {
    private let hosts: Set<String>

    init(_ hosts: [String]) {
        self.hosts = Set(hosts.map { $0.lowercased() })
    }

    /// Whether an authority, with or without port, is in the list: as it is, or without its port.
    func contains(_ authority: String?) -> Bool {
        guard let authority = authority?.lowercased(), !authority.isEmpty else { return false }
        return hosts.contains(authority) || hosts.contains(HostList.withoutPort(authority))
    }

    private static func withoutPort(_ authority: String) -> String {
        guard let colon = authority.lastIndex(of: ":") else { return authority }
        let port = authority[authority.index(after: colon)...]
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return authority }
        return String(authority[..<colon])
    }
}
