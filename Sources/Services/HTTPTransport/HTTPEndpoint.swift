/// Where a server listens.
public enum HTTPEndpoint: Sendable, Hashable {
    /// A Unix socket; requests go to `http://localhost` over it. At most 107 bytes of path.
    case unixSocket(path: String)
    /// A base URL, `http` or `https`, such as `https://vault.example:8443/prefix`; no user name, query or fragment.
    case tcp(url: String)

    /// The most bytes a socket's path may have: `sockaddr_un` holds 108, the terminating zero byte included.
    static let maximumSocketPathByteCount = 107

    /// The text before a request's path, checked.
    func base() throws(HTTPError) -> String {
        switch self {
        case .unixSocket(let path):
            guard !path.isEmpty, !path.utf8.contains(0) else {
                throw HTTPError(.invalidEndpoint, "the socket's path is empty or holds a zero byte")
            }
            guard path.utf8.count <= HTTPEndpoint.maximumSocketPathByteCount else {
                throw HTTPError(
                    .invalidEndpoint,
                    "the socket's path has \(path.utf8.count) bytes, the system allows "
                        + "\(HTTPEndpoint.maximumSocketPathByteCount): choose a shorter folder")
            }
            return "http://localhost"
        case .tcp(let url):
            return try HTTPEndpoint.checkedBase(url)
        }
    }

    /// Whether the environment's proxies are kept out: always on a socket, and for this machine's own addresses.
    var avoidsProxies: Bool {
        guard case .tcp(let url) = self else { return true }
        let authority = url.lowercased().split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        return ["localhost", "127.0.0.1", "[::1]"].contains { authority == $0 || authority.hasPrefix($0 + ":") }
    }

    private static func checkedBase(_ url: String) throws(HTTPError) -> String {
        let scheme = ["https://", "http://"].first { url.lowercased().hasPrefix($0) }
        guard let scheme else {
            throw HTTPError(.invalidEndpoint, "the address does not begin with http:// or https://")
        }
        let rest = url.utf8.dropFirst(scheme.utf8.count)
        // A user name would be sent as credentials; a query or a fragment would swallow the request's path.
        let forbidden = Array("@?#\\".utf8)
        guard let first = rest.first, first != UInt8(ascii: "/"),
            rest.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) })
        else {
            throw HTTPError(.invalidEndpoint, "the address is not a plain URL of host, port and path")
        }
        var base = url
        while base.utf8.last == UInt8(ascii: "/") { base.removeLast() }
        return base
    }
}
