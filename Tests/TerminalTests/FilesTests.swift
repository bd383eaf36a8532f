import Foundation
import Testing

@testable import Terminal

@Suite struct FilesTests {
    @Test func aFileAppearsOnlyWhenItIsComplete() throws {
        let bench = try Bench()
        let file = try OutputFile(bench.path("out"))
        try file.write([1, 2, 3])
        #expect(!bench.exists("out"))
        try file.commit()
        #expect(try bench.read("out") == [1, 2, 3])
        #expect(bench.names == ["out"])
        let mode = try FileManager.default.attributesOfItem(atPath: bench.path("out"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aFileThatIsGivenUpLeavesNothing() throws {
        let bench = try Bench()
        do {
            let file = try OutputFile(bench.path("out"))
            try file.write([1, 2, 3])
        }
        #expect(bench.names.isEmpty)
    }

    @Test func whatExistsIsNotOverwritten() throws {
        let bench = try Bench()
        try bench.write("out", "old")
        #expect(
            throws: CommandFailure(
                .refused, "'\(bench.path("out"))' exists already",
                hint: "choose another name, or give --force to replace it")
        ) {
            try OutputFile(bench.path("out"), replacing: false)
        }
        // Where there is no such option nobody is sent to it.
        #expect(
            throws: CommandFailure(
                .refused, "'\(bench.path("out"))' exists already", hint: "choose another name")
        ) {
            try OutputFile(bench.path("out"))
        }
        #expect(try bench.read("out") == Array("old".utf8))
    }

    @Test func whatAppearsMeanwhileIsNotOverwritten() throws {
        let bench = try Bench()
        let file = try OutputFile(bench.path("out"))
        try file.write([1])
        try bench.write("out", "other")
        #expect(throws: CommandFailure.self) { try file.commit() }
        #expect(try bench.read("out") == Array("other".utf8))
        #expect(bench.names == ["out"])
    }

    @Test func aDanglingLinkIsNotFollowed() throws {
        let bench = try Bench()
        try FileManager.default.createSymbolicLink(
            atPath: bench.path("out"), withDestinationPath: bench.path("elsewhere"))
        #expect(throws: CommandFailure.self) { try OutputFile(bench.path("out")) }
        #expect(!bench.exists("elsewhere"))
    }

    @Test func replacingNeedsToBeAskedFor() throws {
        let bench = try Bench()
        try bench.write("out", "old")
        let file = try OutputFile(bench.path("out"), replacing: true)
        try file.write([9])
        #expect(try bench.read("out") == Array("old".utf8))
        try file.commit()
        #expect(try bench.read("out") == [9])
        #expect(bench.names == ["out"])
    }

    @Test func replacingReplacesALinkAndNotItsTarget() throws {
        let bench = try Bench()
        try bench.write("target", "old")
        try FileManager.default.createSymbolicLink(atPath: bench.path("out"), withDestinationPath: bench.path("target"))
        let file = try OutputFile(bench.path("out"), replacing: true)
        try file.commit()
        #expect(try bench.read("target") == Array("old".utf8))
        #expect(try bench.read("out") == [])
    }

    @Test(arguments: ["", ".", "..", "a/"])
    func whatNamesNoFileIsWrongUsage(name: String) throws {
        let failure = #expect(throws: CommandFailure.self) { try OutputFile(name) }
        #expect(failure?.status == .usage)
    }

    @Test func aFolderIsNotReplaced() throws {
        let bench = try Bench()
        #expect(throws: CommandFailure.self) { try OutputFile(bench.path, replacing: true) }
        #expect(throws: CommandFailure.self) { try OutputFile(bench.path("missing/out")) }
    }

    @Test func aFullDeviceIsNamedAsFull() throws {
        let file = try OutputFile("/dev/full")
        let failure = #expect(throws: CommandFailure.self) { try file.write([1]) }
        #expect(failure?.message == "cannot write '/dev/full': the disk is full")
        #expect(failure?.status == .unreachable)
    }

    @Test(arguments: [
        ("photo.jpg", "photo.jpg"), ("../../etc/passwd", "passwd"), ("/abs/olute", "olute"), ("..", "item"),
        ("", "item"),
        (".hidden", "hidden"), ("-rf", "rf"), ("a\nb.txt", "a_b.txt"), ("C:\\x\\y.txt", "y.txt"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"), ("com0.x", "_com0.x"), ("Søren Ærø.mp4", "Soeren_Aeroe.mp4"),
        ("a\u{202E}gpj.exe", "a_gpj.exe"),
        ("trailing...", "trailing"), ("語語", "item"), ("a/", "a"), ("x y  z", "x_y_z"), ("nul", "_nul"),
        ("console", "console"),
    ])
    func namesFromElsewhereBecomeSafe(name: String, safe: String) { #expect(SafeName(name.utf8).text == safe) }

    @Test func longNamesKeepTheirExtension() {
        let name = SafeName((String(repeating: "x", count: 255) + ".jpeg").utf8)
        #expect(name.text.utf8.count == 120 && name.text.hasSuffix("xx.jpeg"))
    }

    @Test(arguments: [
        (
            String(repeating: "x", count: 119) + "." + String(repeating: "y", count: 20),
            String(repeating: "x", count: 119)
        ),
        (
            String(repeating: "x", count: 119) + "_" + String(repeating: "y", count: 20),
            String(repeating: "x", count: 119)
        ),
        ("con." + String(repeating: "x", count: 130), "_con." + String(repeating: "x", count: 115)),
    ])
    func aCutNameKeepsTheRules(name: String, safe: String) {
        #expect(SafeName(name.utf8).text == safe)
        #expect(SafeName(safe.utf8).text == safe)
    }

    @Test func anyBytesBecomeASafeName() {
        var random = Seeded(5)
        for _ in 0..<1_000 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let name = SafeName(bytes).text
            #expect((1...120).contains(name.utf8.count))
            #expect(!name.hasPrefix(".") && !name.hasPrefix("-") && !name.hasSuffix("."))
            #expect(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x5C })
        }
    }

    @Test func filesOfOneNameAreNumbered() throws {
        let bench = try Bench()
        try bench.write("a.jpg", "mine")
        let folder = try TargetFolder(bench.path)
        for (name, expected) in [("A.jpg", "A-2.jpg"), ("a.jpg", "a-3.jpg"), ("b", "b"), ("b", "b-2")] {
            let (file, safe) = try folder.create(name.utf8)
            #expect(safe.text == expected)
            try file.commit()
        }
        #expect(bench.names == ["A-2.jpg", "a-3.jpg", "a.jpg", "b", "b-2"])
        #expect(try bench.read("a.jpg") == Array("mine".utf8))
    }

    @Test func nothingIsWrittenOutsideTheFolder() throws {
        let bench = try Bench()
        let folder = try TargetFolder(bench.path("target"))
        for name in ["../out", "/tmp/../../x", "..", "sub/../../y", "\0", "..\\z"] {
            try folder.create(name.utf8).file.commit()
        }
        #expect(bench.names == ["target"])
    }

    @Test func aLinkInPlaceOfAFolderIsRefused() throws {
        let bench = try Bench()
        let folder = try TargetFolder(bench.path("target"))
        try FileManager.default.createSymbolicLink(atPath: bench.path("target/sub"), withDestinationPath: "..")
        let failure = #expect(throws: CommandFailure.self) { try folder.folder("sub".utf8) }
        #expect(failure?.status == .refused)
        let inner = try folder.folder("other".utf8)
        try inner.create("x".utf8).file.commit()
        #expect(bench.exists("target/other/x"))
    }

    @Test func readingAFolderIsWrongUsage() throws {
        let failure = #expect(throws: CommandFailure.self) { try Descriptor.reading("/tmp") }
        #expect(failure?.status == .usage)
        let missing = #expect(throws: CommandFailure.self) { try Descriptor.reading("/nonexistent\u{1B}") }
        #expect(missing?.message == "cannot open '/nonexistent\\x1b': there is no such file or folder")
    }
}
