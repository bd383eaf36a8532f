import Foundation
import HTTPTransport

/// A real custodian: `bevis serve` on a folder, in a process of its own.
final class ServingCustodian {
    let folder: String
    /// From the start of the process until it said that it serves, in seconds.
    let startSeconds: Double
    private let process = Process()

    init(bevis: String, folder: String, creating: Bool = false) throws {
        self.folder = folder
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: bevis)
        process.arguments =
            ["serve", "--vault", folder, "--requests-per-second", "1000000"] + (creating ? ["--create"] : [])
        process.standardError = pipe
        let start = now()
        try process.run()
        let said = pipe.fileHandleForReading.availableData
        startSeconds = now() - start
        guard String(decoding: said, as: UTF8.self).hasPrefix("serving") else {
            throw BenchError("the custodian did not start: " + String(decoding: said, as: UTF8.self))
        }
    }

    deinit { kill() }

    var endpoint: HTTPEndpoint { .unixSocket(path: folder + "/socket") }

    /// The most memory that the process has held, in MiB.
    var peakMiB: Double { status("VmHWM:") / 1024 }

    /// Processor seconds of the process so far.
    var processorSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: " ")
        guard fields.count > 15, let user = Double(fields[13]), let system = Double(fields[14]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func status(_ key: String) -> Double {
        let path = "/proc/\(process.processIdentifier)/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return line.flatMap { Double($0.split(whereSeparator: \.isWhitespace)[1]) } ?? 0
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
