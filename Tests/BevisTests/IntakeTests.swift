import Foundation
import Glibc
import Testing

/// What can be added, and how it comes out again.
@Suite struct IntakeTests {
    @Test func rangesAndEmptyFilesOpenAsTheyWere() async throws {
        let world = try await World.copy()
        let whole = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        try world.write("big", whole)
        try world.write("empty", [])
        try await world.prepare("signe", "add", "big", "empty")
        for (range, expected) in [
            ("0-9", whole[0..<10]), ("65530-65550", whole[65_530..<65_551]), ("199990-", whole[199_990...]),
            ("-500", whole.suffix(500)), ("131072-199999", whole[131_072...]), ("100-100", whole[100...100]),
        ] {
            let part = try await world.bevis("signe", "open", "4", "--range", range, "-o", "-")
            #expect(part.status == 0, "\(part.err)")
            #expect(part.outBytes == Array(expected), "range \(range)")
        }
        let backwards = try await world.bevis("signe", "open", "4", "--range", "5-3", "-o", "-")
        #expect(backwards.status == 2)
        #expect(
            backwards.err
                == "bevis: '5-3' is not a range of bytes\n  write 100-199, 1M- or -500 (the last 500)\n")
        let empty = try await world.bevis("signe", "open", "5", "-o", "e")
        #expect(empty.status == 0, "\(empty.err)")
        #expect(try world.read("e").isEmpty)
        let there = try await world.bevis("signe", "open", "5", "-o", "e")
        #expect(there.status == 1)
        #expect(
            there.err == "bevis: 'e' exists already\n  choose another name, or give --force to replace it\n")
        let none = try await world.bevis("signe", "open", "9", "-o", "x")
        #expect(none.status == 3)
        #expect(
            none.err
                == "bevis: there is no item '9'\n  its number is in 'bevis list' (with --grant or --lent for what is lent to you); "
                + "of an id, six digits do\n")
        #expect(!world.exists("x"))
    }

    @Test func standardInputIsAdded() async throws {
        let world = try await World.copy()
        let bytes = Array("from a camera".utf8)
        let added = try await world.bevis("signe", "add", "-", "--kind", "footage", "--title", "Live", input: bytes)
        #expect(added.status == 0, "\(added.err)")
        #expect(added.out.contains(/^added [0-9a-f]{12}  standard input  \(entry [0-9]+ of the log\)\n$/))
        let list = try await world.bevis("signe", "list")
        #expect(list.outLines.last?.contains(/^4  [0-9a-f]{12}  footage  13 bytes  .*  Live$/) == true, "\(list.out)")
        #expect(try await world.bevis("signe", "open", "4", "-o", "-").outBytes == bytes)
    }

    @Test func linksPipesAndDevicesAreRefusedAndTheRestIsAdded() async throws {
        let world = try await World.copy()
        #expect(try await world.tool("mkdir", "-p", "d/sub").status == 0)
        try world.write("d/a.txt", Array("a".utf8))
        try world.write("d/sub/b.txt", Array("b".utf8))
        #expect(symlink("/etc/passwd", world.path("d/link")) == 0)
        #expect(mkfifo(world.path("d/pipe"), 0o600) == 0)
        let mixed = try await world.bevis("signe", "add", "d", "d/a.txt", "/dev/null", "nothere")
        #expect(mixed.status == 4)
        #expect(mixed.outLines.count == 3, "\(mixed.out)")
        #expect(
            mixed.err == """
                not added: 'd/link': this is a symbolic link, which is never followed
                not added: 'd/pipe': this is a named pipe, not a file
                not added: '/dev/null': this is a device, not a file
                not added: 'nothere': there is nothing to read here
                bevis: 4 of what was named could not be added
                  give regular files or folders; links and special files are never followed

                """)
        let link = try await world.bevis("signe", "add", "d/link")
        #expect(link.status == 4)
        #expect(link.out == "")
        let names = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
            .map { $0["file_name"] as? String }
        #expect(names == World.files + ["d/a.txt", "d/sub/b.txt", "a.txt"])
    }

    @Test func hostileNamesAreKeptAsTheyAreAndTakenOutSafely() async throws {
        let world = try await World.copy()
        let long = String(repeating: "x", count: 251) + ".jpg"
        let names =
            (["-rf", "..hidden", "a\nb", "a\u{1B}[2Jb", "\u{202E}gpj.exe", "con", long].map { Array($0.utf8) }
            + [[0xFF, 0xFE, 0x2E, 0x74]]).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(mkdir(world.path("odd"), 0o700) == 0)
        for name in names {
            let path = (Array((world.path("odd") + "/").utf8) + name + [0]).map { CChar(bitPattern: $0) }
            let file = open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(file >= 0)
            #expect(Glibc.write(file, name, name.count) == name.count)
            close(file)
        }
        let added = try await world.bevis("signe", "add", "odd")
        #expect(added.status == 0, "\(added.err)")
        #expect(added.outLines.count == names.count)
        for output in [added.outBytes, try await world.bevis("signe", "list").outBytes] {
            #expect(!output.contains(0x1B))
            #expect(!String(decoding: output, as: UTF8.self).unicodeScalars.contains("\u{202E}"))
        }
        let listed = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
            .dropFirst(3).map { $0["file_name"] as? String }
        for (name, listed) in zip(names, listed) {
            if let text = String(validating: name, as: UTF8.self) { #expect(listed == "odd/" + text) }
        }
        let taken = try await world.bevis("signe", "take", "--out", "out")
        #expect(taken.status == 0, "\(taken.err)")
        #expect(taken.out == "took 11 items into 'out'\n")
        let contents = try #require(
            JSONSerialization.jsonObject(with: Data(world.read("out/contents.json"))) as? [[String: Any]])
        let files = try world.names(in: "out").filter { $0 != "contents.json" }
        #expect(files.count == 11)
        #expect(contents.compactMap { $0["file"] as? String } == files)
        #expect(contents[1]["kind"] as? String == "photo" && contents[1]["recorded"] is String)
        for (number, file) in files.enumerated() {
            #expect(file.contains(/^0[01][0-9]-[A-Za-z0-9_][A-Za-z0-9._-]*$/), "\(file)")
            #expect(file.utf8.count <= 125)
            let original = try number < 3 ? World.original(number + 1) : names[number - 3]
            #expect(try world.read("out/" + file) == original, "\(file)")
        }
        #expect(try world.names(in: ".").filter { $0.hasPrefix("out") } == ["out"])
    }

    @Test func sealedCopiesOpenWithTheStockTool() async throws {
        let world = try await World.copy()
        let taken = try await world.bevis("signe", "take", "--sealed", "--out", "out")
        #expect(taken.status == 0, "\(taken.err)")
        let names = try world.names(in: "out")
        #expect(
            names == [
                "001-description.age", "001-statement.pdf.age", "002-description.age", "002-hallway.jpg.age",
                "003-description.age", "003-hallway.mp4.age", "case-key.txt",
            ])
        for (number, name) in World.files.enumerated() {
            let opened = try await world.tool("age", "-d", "-i", "out/case-key.txt", "out/00\(number + 1)-\(name).age")
            #expect(opened.outBytes == (try World.original(number + 1)))
        }
        let described = try await world.tool("age", "-d", "-i", "out/case-key.txt", "out/002-description.age")
        let name = Data("hallway.jpg".utf8).base64EncodedString()
        #expect(described.out.contains("\nkind photo\nfile-name \(name)\nmedia-type image/jpeg\n"))
    }
}
