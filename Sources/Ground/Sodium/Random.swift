import CSodium

/// Random bytes from the operating system, through libsodium.
public enum Random {
    /// `count` fresh random bytes; for values that are not secret (nonces, salts, ids).
    public static func bytes(_ count: Int) -> [UInt8] {
        Sodium.start()
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            randombytes_buf(UnsafeMutableRawBufferPointer(buffer).octets, count)
            initialized = count
        }
    }

    /// A fresh random id or salt of 32 bytes.
    public static func value<Value: Typed32>(_ type: Value.Type = Value.self) -> Value {
        Sodium.start()
        return Value(Bytes32 { randombytes_buf($0.octets, 32) })
    }
}
