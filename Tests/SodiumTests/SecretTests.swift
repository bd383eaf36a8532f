import Testing

@testable import Sodium

@Suite(.serialized) struct SecretTests {
    private static func address(_ secret: SecretBytes) -> UInt {
        secret.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test func equalityLooksAtLengthAndBytes() {
        #expect(secret([1, 2, 3]) == secret([1, 2, 3]))
        #expect(secret([1, 2, 3]) != secret([1, 2, 4]))
        #expect(secret([1, 2, 3]) != secret([1, 2]))
        #expect(secret([]) == secret([]))
    }

    @Test func sliceIsACopyOfItsRange() {
        let whole = secret([UInt8](0..<100))
        #expect(array(whole.slice(10..<20)) == [UInt8](10..<20))
        #expect(SecretTests.address(whole.slice(0..<10)) != SecretTests.address(whole))
    }

    @Test func wipingEmptiesTheArrayItWasGiven() {
        var bytes: [UInt8] = [1, 2, 3]
        let kept = SecretBytes(wiping: &bytes)
        #expect(bytes.isEmpty)
        #expect(array(kept) == [1, 2, 3])
    }

    @Test(arguments: [0, 1, 32, 63, 64, 65, 4_096]) func newSecretStartsAsZero(count: Int) {
        for _ in 0..<50 {
            _ = SecretBytes.random(count)  // leaves its slot behind
            #expect(array(SecretBytes(count: count) { _ in }) == repeated(0, count))
        }
    }

    @Test func reusedSlotsWereWipedOnRelease() async {
        // In a process of its own: beside it other tests take slots of this one's arena.
        await #expect(processExitsWith: .success) { SecretTests.reuseSlots() }
    }

    private static func reuseSlots() {
        var used: Set<UInt> = []
        do {
            let secrets = (0..<200).map { _ in SecretBytes(count: 64) { $0.copyBytes(from: repeated(0xAB, 64)) } }
            used = Set(secrets.map { address($0) })
        }
        let slots = (0..<200).map { _ in SecretArena.allocate(64) }
        defer { for slot in slots { SecretArena.release(slot, count: 64) } }
        #expect(
            slots.contains { used.contains(UInt(bitPattern: $0)) }, "no slot was reused: the test shows nothing")
        for slot in slots {
            #expect([UInt8](UnsafeRawBufferPointer(start: slot, count: 64)) == repeated(0, 64))
        }
    }

    @Test func moreSecretsThanSlotsKeepTheirBytes() {
        for _ in 0..<2 {
            let expected = (0..<1_500).map { UInt32($0) }
            let secrets = expected.map { number in
                SecretBytes(count: 4) { $0.storeBytes(of: number, as: UInt32.self) }
            }
            #expect(Set(secrets.map { SecretTests.address($0) }).count == secrets.count)
            #expect(secrets.map { $0.withUnsafeBytes { $0.load(as: UInt32.self) } } == expected)
        }
    }

    @Test func concurrentSecretsDoNotShareMemory() async {
        let faults = await withTaskGroup(of: Int.self) { group in
            for task in UInt8(1)...8 {
                group.addTask {
                    var faults = 0
                    for _ in 0..<200 {
                        let held = (0..<20).map { _ in
                            SecretBytes(count: 48) { $0.copyBytes(from: repeated(task, 48)) }
                        }
                        await Task.yield()
                        faults += held.count { array($0) != repeated(task, 48) }
                    }
                    return faults
                }
            }
            return await group.reduce(0, +)
        }
        #expect(faults == 0)
    }

    @Test func randomSecretsDiffer() {
        #expect(SecretBytes.random(32) != SecretBytes.random(32))
        #expect(Random.bytes(32) != Random.bytes(32))
        #expect(Random.value(Digest.self) != Random.value())
    }
}
