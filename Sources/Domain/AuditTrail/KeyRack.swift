import Sodium

/// Many stream keys in little guarded memory: a guarded page for each key of its own would exhaust the system at some
/// ten thousand grants.
struct KeyRack: Sendable {
    private static let perShelf = 64
    private static let keySize = 32

    private var shelves: [SecretBytes] = []
    private var loose: [StreamKey] = []

    /// Number of keys.
    var count: Int { shelves.count * KeyRack.perShelf + loose.count }

    mutating func append(_ key: StreamKey) {
        loose.append(key)
        guard loose.count == KeyRack.perShelf else { return }
        let keys = loose
        shelves.append(
            SecretBytes(count: KeyRack.perShelf * KeyRack.keySize) { shelf in
                for (place, key) in keys.enumerated() {
                    let start = place * KeyRack.keySize
                    key.secret.withUnsafeBytes {
                        UnsafeMutableRawBufferPointer(rebasing: shelf[start..<start + KeyRack.keySize])
                            .copyMemory(from: $0)
                    }
                }
            })
        loose = []
    }

    /// The key at `index`, in the order of the appends.
    subscript(index: Int) -> StreamKey {
        let (shelf, place) = index.quotientAndRemainder(dividingBy: KeyRack.perShelf)
        guard shelf < shelves.count else { return loose[place] }
        let start = place * KeyRack.keySize
        return StreamKey(unchecked: shelves[shelf].slice(start..<start + KeyRack.keySize))
    }
}
