import Sodium

/// Text with secrets in it, put together in memory that is wiped even where it had to grow.
struct SecretText {
    private var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func add(_ literal: StaticString) { literal.withUTF8Buffer { add(UnsafeRawBufferPointer($0)) } }

    mutating func add(_ text: [UInt8]) { text.withUnsafeBytes { add($0) } }

    mutating func add(_ secret: SecretBytes) { secret.withUnsafeBytes { add($0) } }

    private mutating func add(_ more: UnsafeRawBufferPointer) {
        if bytes.count + more.count > bytes.capacity {
            var larger: [UInt8] = []
            larger.reserveCapacity(2 * (bytes.count + more.count))
            larger.append(contentsOf: bytes)
            Wipe.array(&bytes)
            bytes = larger
        }
        bytes.append(contentsOf: more)
    }

    /// The text; this value is empty afterwards.
    mutating func finish() -> SecretBytes { SecretBytes(wiping: &bytes) }
}
