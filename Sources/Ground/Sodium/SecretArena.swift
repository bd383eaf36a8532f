import CSodium

#if !hasFeature(Embedded)
import Synchronization
#endif

/// Guarded, locked memory for short secrets.
///
/// One `sodium_malloc` costs tens of microseconds and a page that the system may refuse to lock; a request makes
/// dozens of short-lived keys. They share guarded regions of 1,024 slots of 64 bytes, of which there are as many as the
/// most secrets at one time took. Longer secrets get a guarded allocation of their own: of these the system has room for
/// some ten thousand only.
enum SecretArena {
    static let slotSize = 64
    private static let slotCount = 1024

    private struct Regions: @unchecked Sendable {
        // Guard: it changes only under its lock; a slot's bytes belong to whoever took it.
        private var bases: [UnsafeMutableRawPointer] = []
        private var free: [UInt32] = []

        mutating func take() -> UnsafeMutableRawPointer {
            if free.isEmpty {
                let first = UInt32(bases.count * slotCount)
                bases.append(guarded(slotCount * slotSize))
                free = (first..<first + UInt32(slotCount)).reversed()
            }
            let (region, place) = Int(free.removeLast()).quotientAndRemainder(dividingBy: slotCount)
            return bases[region] + place * slotSize
        }

        mutating func give(back memory: UnsafeMutableRawPointer) {
            for (region, base) in bases.enumerated() {
                let offset = memory - base
                guard offset >= 0, offset < slotCount * slotSize else { continue }
                return free.append(UInt32(region * slotCount + offset / slotSize))
            }
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
    nonisolated(unsafe) private static var regions = Regions()  // one thread only
    private static func withRegions<Result>(_ body: (inout Regions) -> Result) -> Result { body(&regions) }
    #else
    private static let regions = Mutex(Regions())
    private static func withRegions<Result: Sendable>(_ body: @Sendable (inout Regions) -> Result) -> Result {
        regions.withLock { (state: inout sending Regions) in body(&state) }
    }
    #endif

    private struct Slot: @unchecked Sendable {  // a pointer handed between the regions and its one owner
        let memory: UnsafeMutableRawPointer
    }

    static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        guard count <= slotSize else { return guarded(count) }
        return withRegions { Slot(memory: $0.take()) }.memory
    }

    static func release(_ memory: UnsafeMutableRawPointer, count: Int) {
        sodium_memzero(memory, count)
        guard count <= slotSize else { return sodium_free(memory) }
        let slot = Slot(memory: memory)
        withRegions { $0.give(back: slot.memory) }
    }
}
