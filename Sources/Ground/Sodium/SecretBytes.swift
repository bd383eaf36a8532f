import CSodium

/// Secret bytes of a fixed length, in guarded memory that is wiped when the last reference goes.
///
/// There is no description and no way to encode it: the bytes are lent to closures. Equality takes constant time.
public struct SecretBytes: Sendable, Equatable {
    private final class Storage: @unchecked Sendable {
        // Guard: the memory is written only while `SecretBytes.init` holds the sole reference.
        let memory: UnsafeMutableRawPointer
        let count: Int

        init(count: Int) {
            self.count = count
            memory = SecretArena.allocate(count)
            sodium_memzero(memory, count)
        }

        deinit { SecretArena.release(memory, count: count) }
    }

    private let storage: Storage
    /// Length in bytes.
    public var count: Int { storage.count }

    /// Lets `fill` write all `count` bytes, which start as zero.
    public init<Failure: Error>(
        count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        storage = Storage(count: count)
        try fill(UnsafeMutableRawBufferPointer(start: storage.memory, count: count))
    }

    /// Copies `bytes`; the caller's copy stays its own to wipe.
    public init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Copies `bytes` and wipes the array it was given.
    public init(wiping bytes: inout [UInt8]) {
        self.init(count: bytes.count) { target in
            bytes.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        Wipe.array(&bytes)
    }

    /// `count` fresh random bytes.
    public static func random(_ count: Int) -> SecretBytes {
        Sodium.start()
        return SecretBytes(count: count) { randombytes_buf($0.octets, count) }
    }

    /// Lends the bytes to `body`; they must not be kept.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: storage.memory, count: count))
    }

    /// Compares in constant time for equal lengths.
    public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
        left.count == right.count && sodium_memcmp(left.storage.memory, right.storage.memory, left.count) == 0
    }

    /// A new secret of the bytes in `range`.
    public func slice(_ range: Range<Int>) -> SecretBytes {
        withUnsafeBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

/// Overwrites memory in a way the optimiser may not remove.
public enum Wipe {
    /// Overwrites and empties an array. Copies that Swift made of it earlier are out of reach: keep secrets in
    /// `SecretBytes` and let arrays hold them only on the way in.
    public static func array(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { sodium_memzero($0.octets, $0.count) }
        bytes = []
    }

    /// Overwrites a buffer in place.
    public static func memory(_ buffer: UnsafeMutableRawBufferPointer) {
        sodium_memzero(buffer.octets, buffer.count)
    }
}
