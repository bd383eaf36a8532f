import Foundation
import Testing

/// A folder that goes with its test.
final class Bench {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "bench-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o600) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
        try write(name, [UInt8](text.utf8), mode: mode)
    }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// What a program did.
struct Outcome {
    let status: Int32
    let output: [UInt8]
    let errors: String
    var text: String { String(decoding: output, as: UTF8.self) }
}

enum Run {
    static let bevis: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("bevis").path
    }()

    static func program(
        _ program: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        in folder: String = "/tmp"
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let bench = try Bench()
        for name in ["in", "out", "err"] { try bench.write(name, name == "in" ? input : []) }
        let handles = try ["in", "out", "err"].map { name in
            let url = URL(fileURLWithPath: bench.path(name))
            return name == "in" ? try FileHandle(forReadingFrom: url) : try FileHandle(forWritingTo: url)
        }
        (process.standardInput, process.standardOutput, process.standardError) = (handles[0], handles[1], handles[2])
        try process.run()
        process.waitUntilExit()
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Outcome(
            status: status, output: try bench.read("out"),
            errors: String(decoding: try bench.read("err"), as: UTF8.self))
    }

    static func bevis(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], in folder: String = "/tmp"
    ) throws -> Outcome {
        try program(bevis, arguments, input: input, environment: environment, in: folder)
    }

    static func shell(_ script: String, _ arguments: [String] = [], in folder: String = "/tmp") throws -> Outcome {
        try program("/bin/bash", ["-c", script, "bash"] + arguments, environment: ["BEVIS": bevis], in: folder)
    }

    static func age(_ arguments: [String], input: [UInt8] = [], in folder: String = "/tmp") throws -> Outcome {
        try program("/usr/bin/age", arguments, input: input, in: folder)
    }
}

/// What a program did on a terminal.
struct TerminalOutcome: Decodable {
    let status: Int32
    let shown: String
    let hidden: Bool?
    let restored: Bool

    /// Runs a program on a terminal of its own; each step waits for a text and types another.
    init(
        _ argv: [String], steps: [(String, String?)], signal: Int32? = nil, environment: [String: String] = [:],
        stdin: String? = nil, stdout: String? = nil
    ) throws {
        var spec: [String: Any] = ["argv": argv, "environment": environment]
        spec["steps"] = steps.map { [$0.0, $0.1 ?? NSNull()] as [Any] }
        spec["signal"] = signal
        spec["stdin"] = stdin
        spec["stdout"] = stdout
        let json = String(decoding: try JSONSerialization.data(withJSONObject: spec), as: UTF8.self)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("typist.py")
            .path
        let outcome = try Run.program("/usr/bin/python3", [script, json])
        try #require(outcome.status == 0, "\(outcome.errors)")
        self = try JSONDecoder().decode(TerminalOutcome.self, from: Data(outcome.output))
    }
}
