import Sodium

/// Memory for plaintext on its way, wiped when it goes.
final class WipedBuffer {
    let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { memory = .allocate(byteCount: byteCount, alignment: 64) }

    deinit {
        Wipe.memory(memory)
        memory.deallocate()
    }
}
