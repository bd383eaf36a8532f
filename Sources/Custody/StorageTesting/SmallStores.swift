public import Storage

/// Duties of a store of checkpoints.
public enum CheckpointStoreDuties {
    /// All of them.
    public static let all: [Duty<any CheckpointStore>] = [
        Duty("an empty store has published nothing, and takes a first checkpoint once") { open in
            let store = try open("first")
            try require(try store.published() == nil, "an empty store has published nothing")
            try require(try code { try store.publish([1], replacing: [0]) } == .conflict, "a wrong one conflicts")
            try require(try store.published() == nil, "a conflict publishes nothing")
            try store.publish([1], replacing: nil)
            try require(try code { try store.publish([2], replacing: nil) } == .conflict, "the first is published once")
            try require(try store.published() == [1], "what was published stays")
        },
        Duty("compare and swap: only the successor of what is published is taken") { open in
            let store = try open("swap")
            try store.publish([1], replacing: nil)
            try store.publish([2, 2], replacing: [1])
            try require(try code { try store.publish([3], replacing: [1]) } == .conflict, "a late one conflicts")
            try require(try store.published() == [2, 2], "the newest stays")
            try store.publish([2, 2], replacing: [2, 2])
            try require(try store.published() == [2, 2], "the same again is harmless")
        },
        Duty("what was published is there when the store is opened anew") { open in
            try open("anew").publish([7], replacing: nil)
            try open("anew").publish([8], replacing: [7])
            try require(try open("anew").published() == [8], "the newest is read back")
        },
    ]
}

/// Duties of a store of secrets.
public enum SecretStoreDuties {
    /// All of them.
    public static let all: [Duty<any SecretStore>] = [
        Duty("a secret is read back under its name, also when the store is opened anew") { open in
            let secret = (0..<100).map { UInt8($0) }
            try open("read").write(secret, name: "a-0")
            try open("read").write([], name: "b")
            let store = try open("read")
            try require(try store.read("a-0") == secret, "the bytes are the ones that were written")
            try require(try store.read("b").isEmpty, "an empty secret is one too")
            try require(try store.names().sorted() == ["a-0", "b"], "both are named")
        },
        Duty("writing again replaces") { open in
            let store = try open("again")
            try store.write([1, 2, 3], name: "a")
            try store.write([4], name: "a")
            try require(try store.read("a") == [4], "the newest is read")
            try require(try store.names() == ["a"], "it has one name")
        },
        Duty("a destroyed secret is missing; destroying it again is no error") { open in
            let store = try open("destroy")
            try store.write([1], name: "a")
            try store.write([2], name: "b")
            try store.destroy("a")
            try store.destroy("a")
            try store.destroy("never")
            try require(try code { try store.read("a") } == .missing, "it is missing")
            try require(try store.names() == ["b"], "it has no name")
            try require(try open("destroy").read("b") == [2], "others stay")
        },
        Duty("names that could lead elsewhere are refused") { open in
            let store = try open("names")
            for name in ["", "..", "../a", "a/b", "/a", "a\0b", "A", String(repeating: "a", count: 129)] {
                try require(try code { try store.write([1], name: name) } != nil, "writing \(name.count) characters")
                try require(try code { try store.read(name) } != nil, "reading \(name.count) characters")
                try require(try code { try store.destroy(name) } != nil, "destroying \(name.count) characters")
            }
            try require(try store.names().isEmpty, "nothing was written")
        },
    ]
}

/// Duties of a store of tiles.
public enum TileStoreDuties {
    /// All of them.
    public static let all: [Duty<any TileStore>] = [
        Duty("a tile is nil until it is written, and is then read back, also when the store is opened anew") { open in
            let store = try open("tile")
            try require(try store.tile("tile/0/000") == nil, "it is nil")
            try store.write([1, 2], path: "tile/0/000")
            try store.write([3], path: "tile/entries/x001/234")
            try require(try store.tile("tile/0/000") == [1, 2], "it is read back")
            try require(try store.tile("tile/0/001") == nil, "another one is nil")
            try require(try open("tile").tile("tile/entries/x001/234") == [3], "it is read back anew")
        },
        Duty("the same tile again is no error, and a torn one is replaced") { open in
            let store = try open("replaced")
            try store.write([1], path: "tile/0/000")
            try store.write([1], path: "tile/0/000")
            try store.write([1, 2], path: "tile/0/000")
            try require(try store.tile("tile/0/000") == [1, 2], "the last one is read")
        },
        Duty("a partial tile gives way to a wider one, and that to the full one") { open in
            let store = try open("partial")
            try store.writePartial([1], path: "tile/0/000.p/1")
            try store.writePartial([9], path: "tile/1/000.p/1")
            try store.writePartial([1, 2], path: "tile/0/000.p/2")
            try require(try store.tile("tile/0/000.p/1") == nil, "the narrower one is gone")
            try require(try store.tile("tile/0/000.p/2") == [1, 2], "the wider one is read")
            try store.write([1, 2, 3], path: "tile/0/000")
            try require(try store.tile("tile/0/000.p/2") == nil, "the partial one is gone")
            try require(try store.tile("tile/0/000") == [1, 2, 3], "the full one is read")
            try require(try store.tile("tile/1/000.p/1") == [9], "another tile stays")
        },
    ]
}
