/// What an implementation of a storage protocol does otherwise than the protocol says.
public struct ConformanceFailure: Error, CustomStringConvertible, Sendable {
    /// Which duty was not kept.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Opens a store at a place with this name. The same name is the same storage: the suite drops one store and opens
/// the place again to see what is durable. A name that is new is an empty place.
public typealias Opening<Store> = (_ place: String) throws -> Store

/// A duty of a storage protocol as a check that any implementation has to pass.
public struct Duty<Store>: Sendable, CustomStringConvertible {
    /// The duty in words.
    public let description: String
    /// Throws `ConformanceFailure` where a store does otherwise.
    public let check: @Sendable (Opening<Store>) async throws -> Void

    init(_ description: String, _ check: @escaping @Sendable (Opening<Store>) async throws -> Void) {
        self.description = description
        self.check = check
    }
}

func require(_ holds: Bool, _ duty: String) throws {
    guard holds else { throw ConformanceFailure(duty) }
}
