import Camera
import Sharing
import SignedNote
import Sodium
import Testing

/// What a device's signs of life tell about a period, and what is missing in them.
@Suite struct CompletenessTests {
    private func hash(_ number: UInt64) -> NoteHash { NoteHash(SHA256.hash(Array("record \(number)".utf8)).bytes) }
    private func at(_ hour: Double) -> Timestamp { Timestamp(seconds: 1_000_000 + UInt64(hour * 3_600)) }

    private func clip(_ index: UInt64, _ number: UInt64, _ hour: Double, after: UInt64?? = .none) -> SignOfLife {
        let previous = after ?? (number == 0 ? nil : number - 1)
        return SignOfLife(
            index: index, time: at(hour),
            kind: .clip(sequence: number, hash: hash(number), previous: previous.map { hash($0) }))
    }

    private func beat(
        _ index: UInt64, _ hour: Double, taken: UInt64, waiting: UInt64 = 0, since: Double? = nil
    ) -> SignOfLife {
        SignOfLife(
            index: index, time: at(hour),
            kind: .heartbeat(
                taken: taken, newest: taken == 0 ? nil : hash(taken - 1), waiting: waiting,
                oldestWaiting: since.map { at($0) }))
    }

    private var whole: [SignOfLife] {
        [
            beat(10, 0, taken: 0), clip(11, 0, 1), clip(12, 1, 2), beat(20, 4, taken: 2), clip(21, 2, 6),
            beat(22, 8, taken: 3), beat(23, 10, taken: 3),
        ]
    }

    @Test func unbrokenChainWithSignsOfLifeIsComplete() {
        for signs in [whole, whole.reversed()] {
            let found = Completeness(signs, from: at(0), to: at(10))
            #expect(found.isComplete, "\(found.gaps)")
            #expect(found.numbers == 0...2)
            #expect(found.clips == [11, 12, 21])
            #expect(found.heartbeats == [10, 20, 22, 23])
            #expect(found.hashes?.first == hash(0) && found.hashes?.last == hash(2))
        }
    }

    @Test func partOfAChainIsCompleteByItself() {
        let found = Completeness(whole, from: at(3), to: at(7))
        #expect(found.isComplete, "\(found.gaps)")
        #expect(found.numbers == 2...2)
    }

    @Test func recordThatIsMissingShowsAsGap() {
        let found = Completeness(whole.filter { $0.index != 12 }, from: at(0), to: at(10))
        // The heartbeat after it speaks of it, and so does the record after that.
        #expect(found.gaps == [.lost(index: 20), .numbers(1...1)])
    }

    @Test func recordMissingJustBeforeOrAfterThePeriodShowsToo() {
        let early = Completeness(whole.filter { $0.index != 11 }, from: at(1.5), to: at(10))
        #expect(early.gaps == [.numbers(0...0)])
        let late = Completeness(
            [beat(10, 0, taken: 0), clip(11, 0, 1), clip(13, 2, 3)], from: at(0), to: at(2))
        #expect(late.gaps == [.numbers(1...1)])
    }

    @Test func recordThatNamesAnotherBeforeItBreaksTheChain() {
        var signs = whole
        signs[2] = clip(12, 1, 2, after: .some(7))
        #expect(Completeness(signs, from: at(0), to: at(10)).gaps == [.broken(sequence: 1)])
        let twice = whole + [clip(30, 2, 10)]
        #expect(Completeness(twice, from: at(0), to: at(10)).gaps == [.broken(sequence: 2)])
    }

    @Test func silenceLongerThanPatienceIsAGapAndShorterIsNone() {
        let signs = [beat(10, 0, taken: 0), beat(11, 5, taken: 0)]
        #expect(Completeness(signs, from: at(0), to: at(5)).gaps == [.silence(from: at(0), to: at(5))])
        #expect(Completeness(signs, from: at(0), to: at(5), patience: 5 * 3_600).isComplete)
        #expect(Completeness(signs, from: at(1), to: at(2)).gaps == [.silence(from: at(1), to: at(2))])
    }

    @Test func silenceAtTheEndsOfThePeriodIsAGap() {
        let signs = [beat(10, 10, taken: 0), beat(11, 12, taken: 0)]
        #expect(Completeness(signs, from: at(0), to: at(12)).gaps == [.silence(from: at(0), to: at(10))])
        #expect(Completeness(signs, from: at(10), to: at(20)).gaps == [.silence(from: at(12), to: at(20))])
        #expect(Completeness(signs, from: at(8), to: at(14)).isComplete)
        #expect(Completeness([], from: at(0), to: at(10)).gaps == [.silence(from: at(0), to: at(10))])
    }

    @Test func filesThatWaitedAtTheLastSignOfLifeAreAGap() {
        let waiting = whole + [beat(24, 11, taken: 3, waiting: 4, since: 9)]
        #expect(Completeness(waiting, from: at(0), to: at(11)).gaps == [.waiting(count: 4, since: at(9))])
        // Those are of a later time than the period, or were taken since.
        #expect(Completeness(waiting, from: at(0), to: at(8)).isComplete)
        let some = waiting + [clip(25, 3, 12)]
        #expect(Completeness(some, from: at(0), to: at(11)).gaps == [.waiting(count: 3, since: at(9))])
        let all = waiting + (0..<4).map { clip(25 + $0, 3 + $0, 12) }
        #expect(Completeness(all, from: at(0), to: at(11)).isComplete)
        let taken = some + [beat(26, 13, taken: 4)]
        #expect(Completeness(taken, from: at(0), to: at(11)).isComplete)
    }

    @Test func healthTellsSilenceByTheEarlierClock() {
        func heartbeat(_ hour: Double) -> Heartbeat {
            Heartbeat(
                caseID: Random.value(), device: NoteSigner(name: deviceKeyName, key: SigningKey()).verifierKey,
                time: at(hour), taken: 0, newest: nil, newestTime: nil, waiting: 0, oldestWaiting: nil, warnings: [])
        }
        #expect(DeviceHealth(nil, received: nil, at: at(1)).isSilent)
        let well = DeviceHealth(heartbeat(10), received: at(10), at: at(12))
        #expect(!well.isSilent && well.silence == 7_200 && well.clockError == nil)
        #expect(DeviceHealth(heartbeat(10), received: at(10), at: at(13.5)).isSilent)
        // A custodian that says an old heartbeat came just now does not make the device look alive.
        let old = DeviceHealth(heartbeat(2), received: at(12), at: at(12))
        #expect(old.isSilent && old.clockError == -36_000)
        let ahead = DeviceHealth(heartbeat(12), received: at(10), at: at(11))
        #expect(!ahead.isSilent && ahead.silence == 3_600 && ahead.clockError == 7_200)
    }
}
