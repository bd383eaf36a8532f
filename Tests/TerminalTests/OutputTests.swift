import ArgumentParser
import Foundation
import Testing

@testable import Terminal

@Suite struct OutputTests {
    @Test func jsonIsWrittenInOneWay() {
        let value = JSONValue.object([
            "b": .number(-1), "a": .array([.flag(false), .text("\"\\\n\u{1}\u{7F}æ\u{1F600}\u{E0041}")]),
            "ab": .object([:]),
        ])
        #expect(value.text == #"{"a":[false,"\"\\\n\u0001\u007fæ😀\udb40\udc41"],"ab":{},"b":-1}"#)
    }

    @Test func anyTextComesBackFromAParser() throws {
        var random = Seeded(4)
        for _ in 0..<300 {
            let scalars = (0..<20).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x11000, using: &random)) }
            let text = String(String.UnicodeScalarView(scalars))
            let json = JSONValue.object(["t": .text(text)]).text
            let parsed = try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
            #expect(parsed["t"].map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test func peopleSeeRunsOfNumbersAndMachinesEachOne() {
        func shown(_ numbers: [UInt64]) -> String {
            var facts = Facts()
            facts.add("entries", numbers)
            return facts.text
        }
        #expect(shown([]) == "entries: none\n")
        #expect(shown([7]) == "entries: 7\n")
        #expect(shown([5, 6, 7, 9, 12, 13]) == "entries: 5 to 7, 9, 12 to 13\n")
        #expect(
            shown((0..<500).map { 3 + 2 * $0 }) == "entries: 500 from 3 to 1001 (--json names each)\n")
        var facts = Facts()
        facts.add("entries", [5, 6, 7])
        #expect(facts.json.text == #"{"entries":[5,6,7]}"#)
    }

    @Test func bytesThatAreNotUTF8AreShownEscapedInJSON() {
        #expect(JSONValue.bytes([0x61, 0xFF]).text == #""a\\xff""#)
    }

    @Test func progressWaitsASecondAndShowsTenLinesASecond() {
        let start = ContinuousClock.now
        var meter = ProgressMeter(label: "sealing", total: 100_000_000, start: start)
        #expect(meter.line(done: 1_000, at: start + .milliseconds(999)) == nil)
        #expect(!meter.hasShown)
        #expect(
            meter.line(done: 20_000_000, at: start + .seconds(2))
                == "sealing: 20.0 MB of 100.0 MB, 20%, 10.0 MB/s, 0:08 left")
        #expect(meter.line(done: 30_000_000, at: start + .milliseconds(2_099)) == nil)
        #expect(meter.line(done: 100_000_000, at: start + .milliseconds(2_100)) != nil)
        var unknown = ProgressMeter(label: "opening", total: nil, start: start)
        #expect(unknown.line(done: 5_000, at: start + .seconds(5)) == "opening: 5.0 kB, 1.0 kB/s")
        #expect(ProgressMeter.timeLeft(seconds: 3_725) == "1:02:05")
    }

    private struct Probe: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "probe", version: "1.0")
        @Option(transform: { try ByteRange(parsing: $0) }) var range: ByteRange?
        @Argument var name: String?
        func validate() throws {
            if name == "bad" { throw CommandFailure(.refused, "a bad name", hint: "take a good one") }
        }
    }

    private func parsing(_ arguments: [String]) -> Report? {
        var isParsing = true
        do {
            var command = try Probe.parseAsRoot(arguments)
            isParsing = false
            try command.run()  // for help, a command that throws it
            return nil
        } catch {
            return Report(error, of: Probe.self, isParsing: isParsing, explain: { _ in nil })
        }
    }

    @Test func wrongUsageIsTwoAndInLowerCase() throws {
        let report = try #require(parsing(["--nothing"]))
        #expect(report.code == 2)
        #expect(
            report.failure?.text(tool: "probe")
                == "probe: unknown option '--nothing'\n  usage: probe [--range <range>] [<name>]\n")
        #expect(report.output == nil)
    }

    @Test func aValueThatCannotBeReadIsExplained() throws {
        let failure = try #require(parsing(["--range", "x"])?.failure)
        #expect(failure.status == .usage)
        #expect(failure.message.contains("'x' is not a range of bytes (write 100-199, 1M- or -500"))
        #expect(!failure.message.contains("CommandFailure"))
    }

    @Test func whatAValidationThrowsIsWrongUsage() throws {
        let report = try #require(parsing(["bad"]))
        #expect(report.code == 2)
        #expect(report.failure?.message == "a bad name (take a good one)")
    }

    @Test func argumentsAreEscapedInMessages() throws {
        let failure = try #require(parsing(["one", "two\u{1B}[2J"])?.failure)
        #expect(failure.message.contains("two\\x1b[2J"))
    }

    @Test func helpAndVersionAreNoFailures() throws {
        let help = try #require(parsing(["--help"]))
        #expect(help.code == 0 && help.failure == nil && help.output?.contains("USAGE: probe") == true)
        let version = try #require(parsing(["--version"]))
        #expect(version.code == 0 && version.output == "1.0")
    }

    @Test func failuresOfRunningKeepTheirStatus() {
        let known = Report(
            CommandFailure(.incomplete, "something is missing"), of: Probe.self, isParsing: false, explain: { _ in nil }
        )
        #expect(known.code == 4)
        struct Odd: Error { let secret = "hunter2" }
        let odd = Report(Odd(), of: Probe.self, isParsing: false, explain: { _ in nil })
        #expect(odd.code == 3)
        #expect(odd.failure?.text(tool: "probe").contains("hunter2") == false)
        let explained = Report(Odd(), of: Probe.self, isParsing: false) { _ in CommandFailure(.refused, "told") }
        #expect(explained.failure?.message == "told" && explained.code == 1)
        #expect(Report(ExitCode(4), of: Probe.self, isParsing: false, explain: { _ in nil }).failure == nil)
        #expect(Report(ExitCode(4), of: Probe.self, isParsing: false, explain: { _ in nil }).code == 4)
    }
}
