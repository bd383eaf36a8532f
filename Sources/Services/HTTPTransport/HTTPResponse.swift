/// Header fields as received, in order.
public struct HTTPHeaders: Sendable {
    /// Names and values; white space around the values is gone.
    public private(set) var fields: [(name: String, value: String)] = []

    /// Creates an empty list.
    public init() {}

    /// The first value under a name, whatever the case of either; nil where there is none.
    public subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }

    /// All values under a name, whatever the case of either, in order.
    public func values(of name: String) -> [String] {
        let wanted = name.lowercased()
        return fields.filter { $0.name.lowercased() == wanted }.map(\.value)
    }

    mutating func append(name: String, value: String) {
        fields.append((name, value))
    }
}

/// A response: status, headers, and the body where it was collected.
public struct HTTPResponse: Sendable {
    /// The status, 200 to 999. Redirections are handed over like any other status, never followed.
    public let status: Int
    /// The final head's fields; those of interim (1xx) heads and trailers are left out.
    public let headers: HTTPHeaders
    /// The body; empty where it went to a sink.
    public let body: [UInt8]

    /// Creates a response.
    public init(status: Int, headers: HTTPHeaders, body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
