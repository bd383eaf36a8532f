public import Sodium

/// A case's random id, 32 bytes.
public struct CaseID: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// A grant's random id (*gid*), 32 bytes.
public struct GrantID: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// What a card or grant says of a log key without showing it: SHA-256(`bevis/v1/logkey`, id, key).
public struct LogKeyCommitment: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// A random value that is used once, 32 bytes.
public struct Nonce: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }
}
