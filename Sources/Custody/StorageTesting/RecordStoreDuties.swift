import AuditTrail
import Sharing
import SignedNote
import Sodium
public import Storage

/// Duties of a store of records: what a transaction is, and what is durable when.
public enum RecordStoreDuties {
    /// All of them.
    public static let all: [Duty<any RecordStore>] =
        transactions + RecordContentDuties.all + LendingDuties.all + ErasureDuties.all

    private static let transactions: [Duty<any RecordStore>] = [
        Duty("what a transaction wrote is there when the store is opened anew") { open in
            let head = Samples.head(3)
            do {
                let store = try open("durable")
                try require(try await store.read { try $0.head() } == nil, "an empty store has no head")
                try await store.transaction { try $0.setHead(head) }
            }
            let store = try open("durable")
            try require(try await store.read { try $0.head() } == head, "the head is read back")
            let next = Samples.head(4)
            try await store.transaction { try $0.setHead(next) }
            try require(try await store.read { try $0.head() } == next, "there is one head")
        },
        Duty("an error of the body undoes all its writes and is thrown as it is") { open in
            do {
                let store = try open("undone")
                try await store.transaction { try $0.setSetting("kept", [1]) }
                do {
                    try await store.transaction { records in
                        try records.setSetting("kept", [2])
                        try records.setSetting("lost", [3])
                        throw Deliberate()
                    }
                    throw ConformanceFailure("the body's error is thrown")
                } catch is Deliberate {}
                try require(try await store.read { try $0.setting("kept") } == [1], "the old value is back")
                try require(try await store.read { try $0.setting("lost") } == nil, "the new value is gone")
            }
            let store = try open("undone")
            try require(try await store.read { try $0.setting("kept") } == [1], "the old value is back, anew")
        },
        Duty("an attempt that throws is undone alone, also within another one, and the rest is kept") { open in
            let store = try open("attempt")
            try await store.transaction { records in
                try records.setSetting("before", [1])
                try? records.attempt {
                    try records.setSetting("first", [1])
                    throw Deliberate()
                }
                try records.attempt {
                    try records.setSetting("second", [1])
                    try? records.attempt {
                        try records.setSetting("second", [2])
                        try records.setSetting("third", [1])
                        throw Deliberate()
                    }
                }
                try records.setSetting("after", [1])
            }
            let names = ["before", "first", "second", "third", "after"]
            let values = try await store.read { records in try names.map { try records.setting($0) } }
            try require(values == [[1], nil, [1], nil, [1]], "two were undone and three kept")
        },
        Duty("a row that is there already conflicts, and its attempt is undone alone") { open in
            let store = try open("conflict")
            let matter = Samples.matter()
            let outcome = try await store.transaction { records in
                try records.insert(matter)
                return try code {
                    try records.attempt {
                        try records.setSetting("lost", [1])
                        try records.insert(matter)
                    }
                }
            }
            try require(outcome == .conflict, "it conflicts")
            try require(try await store.read { try $0.matter(matter.id) } == matter, "the first stays")
            try require(try await store.read { try $0.setting("lost") } == nil, "the attempt was undone")
        },
        Duty("transactions run one after the other") { open in
            let store = try open("alone")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await store.transaction { records in
                            let count = try records.setting("count")?.first ?? 0
                            try records.setSetting("count", [count + 1])
                        }
                    }
                }
                try await group.waitForAll()
            }
            try require(try await store.read { try $0.setting("count") } == [50], "none was lost")
        },
        Duty("a transaction reads its own writes; a reader sees them all or none") { open in
            let store = try open("whole")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for value in 0..<100 as Range<UInt8> {
                        try await store.transaction { records in
                            try records.setSetting("a", [value])
                            try require(try records.setting("a") == [value], "it reads its own write")
                            try records.setSetting("b", [value])
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<100 {
                        let pair = try await store.read { (try $0.setting("a"), try $0.setting("b")) }
                        try require(pair.0 == pair.1, "both values are of one transaction")
                    }
                }
                try await group.waitForAll()
            }
        },
        Duty("scrubbing changes nothing that is read") { open in
            let store = try open("scrub")
            try await store.transaction { try $0.setSetting("a", [1]) }
            try await store.transaction { try $0.setSetting("b", [1]) }
            try await store.transaction { try $0.setSetting("b", nil) }
            try await store.scrub()
            try await store.scrub()
            try require(try await store.read { try $0.setting("a") } == [1], "what is there stays")
            try require(try await store.read { try $0.setting("b") } == nil, "what was deleted stays so")
        },
    ]
}
