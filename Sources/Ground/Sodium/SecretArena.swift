import CSodium

#if !hasFeature(Embedded)
import Synchronization
#endif

/// Guarded, locked memory for short secrets.
///
/// One `sodium_malloc` costs tens of microseconds and a page that the system may refuse to lock; a request makes
/// dozens of short-lived keys. They share one guarded region of 1,024 slots of 64 bytes. Longer secrets, and those
/// that find the region full, get a guarded allocation of their own.
enum SecretArena {
    static let slotSize = 64
    private static let slotCount = 1024

    private struct Region: @unchecked Sendable {
        // Guard: `free` changes only under `region`'s lock; a slot's bytes belong to whoever took it.
        let base: UnsafeMutableRawPointer
        var free: [UInt16]

        init() {
            base = guarded(SecretArena.slotCount * SecretArena.slotSize)
            free = (0..<UInt16(SecretArena.slotCount)).reversed()
        }
    }

    private static func guarded(_ count: Int) -> UnsafeMutableRawPointer {
        Sodium.start()
        guard let memory = sodium_malloc(max(count, 1)) else {
            preconditionFailure("out of memory for secrets")
        }
        return memory
    }

    #if hasFeature(Embedded)
    nonisolated(unsafe) private static var region = Region()  // one thread only
    private static func withRegion<Result>(_ body: (inout Region) -> Result) -> Result { body(&region) }
    #else
    private static let region = Mutex(Region())
    private static func withRegion<Result: Sendable>(_ body: @Sendable (inout Region) -> Result) -> Result {
        region.withLock { (state: inout sending Region) in body(&state) }
    }
    #endif

    private struct Slot: @unchecked Sendable {  // a pointer handed from the region to its one new owner
        let memory: UnsafeMutableRawPointer
    }

    static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        guard count <= slotSize else { return guarded(count) }
        let slot = withRegion { region -> Slot? in
            region.free.popLast().map { Slot(memory: region.base + Int($0) * slotSize) }
        }
        return slot?.memory ?? guarded(count)
    }

    static func release(_ memory: UnsafeMutableRawPointer, count: Int) {
        sodium_memzero(memory, count)
        let slot = Slot(memory: memory)
        let returned = withRegion { region -> Bool in
            let offset = slot.memory - region.base
            guard offset >= 0, offset < slotCount * slotSize else { return false }
            region.free.append(UInt16(offset / slotSize))
            return true
        }
        if !returned { sodium_free(memory) }
    }
}
