import Foundation
import Glibc
import Testing

@testable import FileFacts

private let media = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Media/"

/// A file of a test, open for reading, gone when the test ends.
private final class Sample {
    let number: Int32
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = "/tmp/facts-\(UInt64.random(in: 0 ... .max))"
        try Data(bytes).write(to: URL(filePath: path))
        number = open(path, O_RDONLY | O_CLOEXEC)
    }

    deinit {
        close(number)
        unlink(path)
    }
}

private func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: media + name))) }

private func fed(_ bytes: [UInt8]) throws -> FoundFacts {
    try FileFacts.find { take in
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            let more = try bytes[start..<min(bytes.count, start + 4096)].withUnsafeBytes { try take($0) }
            if !more { return }
        }
    }
}

/// A PNG's header that states a size, and chunks of text.
private func png(width: UInt32, height: UInt32, texts: [(String, [UInt8])] = []) -> [UInt8] {
    func big(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) } }
    func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return big(UInt32(data.count)) + body + big(~crc)
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += chunk("IHDR", big(width) + big(height) + [8, 6, 0, 0, 0])
    for (key, value) in texts { file += chunk("tEXt", Array(key.utf8) + [0] + value) }
    return file + chunk("IDAT", [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]) + chunk("IEND", [])
}

@Suite struct FileFactsTests {
    private let hallway = FoundFacts(
        captured: "2026:03:14 22:41:07.320+01:00", device: "Example Hallway 1", position: "55.6761 12.5683")

    @Test func pictureTellsTimeDeviceAndPlace() throws {
        let original = try bytes("hallway.jpg")
        let sample = try Sample(original)
        #expect(lseek(sample.number, 100, SEEK_SET) == 100)
        let found = try FileFacts.find(in: sample.number)
        #expect(found == hallway)
        #expect(lseek(sample.number, 0, SEEK_CUR) == 100)
        #expect([UInt8](try Data(contentsOf: URL(filePath: sample.path))) == original)
        #expect(try fed(original) == hallway)
    }

    @Test func clipTellsItsTimeAndTextNothing() throws {
        #expect(try fed(try bytes("hallway.mp4")).captured == "2026:03:14 21:41:00")
        #expect(try fed(Array("not a picture".utf8)).isEmpty)
        #expect(try fed([]).isEmpty)
    }

    @Test func pictureThatUnpacksToGigabytesIsNotUnpacked() throws {
        let found = try fed(png(width: 65_535, height: 65_535, texts: [("Software", Array("Bomb".utf8))]))
        #expect(found == FoundFacts(software: "Bomb"))
    }

    @Test func hostileTextIsKeptShortAndHarmless() throws {
        let hostile = Array("a\u{1B}[2J\nGPSLatitude: 1\u{202E}".utf8) + [UInt8](repeating: 0x78, count: 50_000)
        let found = try fed(png(width: 1, height: 1, texts: [("Software", hostile)]))
        let software = try #require(found.software)
        #expect(software.count <= FoundFacts.longestText)
        #expect(found.position == nil)
    }

    @Test func tooMuchOutputEndsTheTool() throws {
        var confinement = Confinement()
        confinement.outputBytes = 1000
        let process = try ConfinedProcess(["/usr/bin/yes"], confinement)
        #expect(throws: FactsError(.tooMuch, "")) { _ = try process.finish() }
    }

    @Test func toolThatNeverEndsIsEnded() throws {
        var confinement = Confinement()
        confinement.patience = .milliseconds(300)
        for script in ["while True: pass", FileFactsTests.stop] {
            let process = try python(script, confinement)
            #expect(throws: FactsError(.tooMuch, "")) { _ = try process.finish() }
        }
        // What it had said before does not count either.
        let silent = try python("import os; print('x', flush=True); os.close(1)\nwhile True: pass", confinement)
        #expect(throws: FactsError.self) { _ = try silent.finish() }
    }

    @Test func fileThatNeverComesIsGivenUp() throws {
        var confinement = Confinement()
        confinement.patience = .milliseconds(300)
        // Nobody reads on: what the sockets hold is taken, then the time is up.
        let stopped = try python(FileFactsTests.stop, confinement)
        let block = [UInt8](repeating: 0, count: 1 << 20)
        #expect(throws: FactsError(.tooMuch, "")) {
            for _ in 0..<64 { _ = try block.withUnsafeBytes { bytes throws(FactsError) in try stopped.feed(bytes) } }
        }
    }

    @Test func whatIsFedComesOut() throws {
        let process = try ConfinedProcess(["/usr/bin/cat"], Confinement())
        let text = Array("one, two".utf8)
        #expect(try text.withUnsafeBytes { bytes throws(FactsError) in try process.feed(bytes) })
        #expect(try process.finish() == text)
    }

    @Test func toolThatWantsTooMuchMemoryOrFailsIsTold() throws {
        for script in ["x = bytearray(1 << 30)", "import os; os._exit(1)", "import os; os.kill(os.getpid(), 9)"] {
            let process = try python(script, Confinement())
            #expect(throws: FactsError(.failed, "")) { _ = try process.finish() }
        }
        // The same program with less.
        #expect(try python("x = bytearray(1 << 20)", Confinement()).finish() == [])
        var confinement = Confinement()
        confinement.processorSeconds = 1
        let busy = try python("while True: pass", confinement)
        #expect(throws: FactsError(.failed, "")) { _ = try busy.finish() }
    }

    private static let stop = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"

    private func python(_ script: String, _ confinement: Confinement) throws -> ConfinedProcess {
        try ConfinedProcess(["/usr/bin/python3", "-c", script], confinement)
    }

    @Test func toolThatIsNotThereIsTold() {
        #expect(throws: FactsError(.unavailable, "")) {
            _ = try ConfinedProcess(["/usr/bin/no-such-tool"], Confinement())
        }
    }
}

@Suite struct ConfinementTests {
    /// What a program says that runs where the tool runs.
    private func ask(_ script: String) throws -> String {
        let process = try ConfinedProcess(["/usr/bin/python3", "-c", script], Confinement())
        return String(decoding: try process.finish(), as: UTF8.self)
    }

    @Test func nothingCanBeWritten() throws {
        let said = try ask(
            """
            for name in ['/x', '/usr/x', '/tmp/x', '/dev/shm/x', '/usr/bin/exiftool']:
                try:
                    open(name, 'ab').write(b'x')
                    print(name)
                except OSError: pass
            print('done')
            """)
        #expect(said == "done\n")
    }

    @Test func nobodyCanBeReached() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        #expect(bound)
        let port = UInt16(bigEndian: address.sin_port)
        let script = """
            import socket
            try:
                socket.create_connection(('127.0.0.1', \(port)), 1)
                print('reached')
            except OSError: print('denied')
            """
        #expect(try ask(script) == "denied\n")
        // The same script reaches the listener from outside.
        let outside = Process()
        outside.executableURL = URL(filePath: "/usr/bin/python3")
        outside.arguments = ["-c", script]
        let pipe = Pipe()
        outside.standardOutput = pipe
        try outside.run()
        outside.waitUntilExit()
        #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "reached\n")
    }

    @Test func nothingOfThePersonCanBeSeen() throws {
        setenv("BEVIS_SECRET", "x", 1)
        let secret = try Sample(Array("x".utf8))
        let copy = dup(secret.number)  // without close-on-exec
        defer { close(copy) }
        let said = try ask(
            """
            import os
            print(sorted(os.listdir('/')), os.environ.get('BEVIS_SECRET'), os.getuid())
            for number in range(3, 64):
                try:
                    os.fstat(number)
                    print('open', number)
                except OSError: pass
            print(os.path.exists('\(secret.path)'), os.path.exists('/proc/1'), os.path.exists('/etc/passwd'))
            """)
        #expect(said == "['bin', 'lib', 'lib64', 'usr'] None 65534\nFalse False False\n")
    }
}
