import Foundation
import Glibc
import Testing

/// A handover that is stopped before it is whole, through the real command and real signals.
@Suite struct UnfinishedHandoverTests {
    /// Moments in the writing of a handover: what is there by then.
    private static let moments = [
        "out.unfinished/READ-ME.txt", "out.unfinished/folder/data/exhibits/002-hallway.mp4",
        "out.unfinished/folder/data/custody/check-handover.txt",
    ]

    private func world() async throws -> Sandbox {
        let world = try await World.copy()
        try await world.prepare("signe", "order", "add", "tilhold", "--served", "2026-09-01")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Stod der", "--when", "2026-11-12 22:15", "--evidence", "2",
            "--evidence", "3")
        return world
    }

    /// The command, with an answer to everything that is asked.
    private func words(_ world: Sandbox) async throws -> [String] {
        let check = try await world.bevis("signe", "handover", "--order", "1", "--check", "--json")
        let found = try #require(try check.json() as? [[String: Any]], "\(check.err)")
        return try ["handover", "--order", "1", "--out", "out"]
            + found.flatMap { ["--confirm", try #require($0["code"] as? String)] }
    }

    /// Runs the command and sends the signal as soon as `moment` is there; ends with 100 and the signal that ended it.
    private func stop(
        _ world: Sandbox, _ command: [String], at moment: String, with signal: Int32, ignoring: Bool = false
    ) async throws -> Outcome {
        // Whoever runs the tests may ignore signals, as nohup does.
        let script = """
            import os, signal, subprocess, sys, time
            for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
                signal.signal(number, signal.\(ignoring ? "SIG_IGN" : "SIG_DFL"))
            child = subprocess.Popen(sys.argv[3:])
            while not os.path.exists(sys.argv[1]) and child.poll() is None:
                time.sleep(0.001)
            child.send_signal(int(sys.argv[2]))
            code = child.wait()
            sys.exit(code if code >= 0 else 100 - code)
            """
        let words = ["python3", "-c", script, moment, "\(signal)", Command.binaries + "/bevis"] + command
        return try await Command(folder: world.folder, environment: world.environment(of: "signe")).run(words)
    }

    @Test func killedHandoverIsTakenForNoFinishedOneAndIsDeletedOnlyWhenSheSaysSo() async throws {
        let world = try await world()
        let command = try await words(world)
        for moment in UnfinishedHandoverTests.moments {
            let killed = try await stop(world, command, at: moment, with: SIGKILL)
            #expect(killed.status == 100 + SIGKILL, "\(moment): \(killed.out)\(killed.err)")
            #expect(!world.exists("out"), "\(moment)")
            let mode = try FileManager.default.attributesOfItem(atPath: world.path("out.unfinished"))
            #expect(mode[.posixPermissions] as? Int == 0o700)
            let again = try await world.bevis("signe", command)
            #expect(again.status == 1, "\(again.err)")
            #expect(again.err.contains("an earlier handover stopped before it was finished"), "\(again.err)")
            #expect(again.err.contains("'out.unfinished', not sealed"), "\(again.err)")
            #expect(again.err.contains("--discard-unfinished"), "\(again.err)")
            #expect(world.exists("out.unfinished/READ-ME.txt"))
            let anew = try await world.bevis("signe", command + ["--discard-unfinished"])
            #expect(anew.status == 0, "\(anew.err)")
            #expect(anew.err.contains("deleted 'out.unfinished', which an earlier handover left"))
            #expect(world.exists("out/handover.note") && !world.exists("out.unfinished"))
            try FileManager.default.removeItem(atPath: world.path("out"))
        }
    }

    @Test func stoppedHandoverDeletesWhatItWrote() async throws {
        let world = try await world()
        let command = try await words(world)
        for (moment, signal) in zip(UnfinishedHandoverTests.moments, [SIGTERM, SIGHUP, SIGINT]) {
            let stopped = try await stop(world, command, at: moment, with: signal)
            #expect(stopped.status == 100 + signal, "\(moment): \(stopped.out)\(stopped.err)")
            #expect(stopped.err.contains("stopped: what was written of the handover was deleted again"))
            #expect(!world.exists("out") && !world.exists("out.unfinished"), "\(moment)")
        }
    }

    @Test func stoppedHandoverEndsEachTime() async throws {
        let world = try await world()
        let command = try await words(world)
        for _ in 0..<12 {
            let stopped = try await stop(world, command, at: UnfinishedHandoverTests.moments[0], with: SIGTERM)
            #expect(stopped.status == 100 + SIGTERM, "\(stopped.out)\(stopped.err)")
        }
    }

    @Test func handoverThatIsToIgnoreASignalGoesOn() async throws {
        let world = try await world()
        let command = try await words(world)
        let made = try await stop(
            world, command, at: UnfinishedHandoverTests.moments[0], with: SIGHUP, ignoring: true)
        #expect(made.status == 0, "\(made.out)\(made.err)")
        #expect(world.exists("out/handover.note") && !world.exists("out.unfinished"))
    }

    @Test func folderOfTheNameThatSomebodyElseMadeIsLeftAlone() async throws {
        let world = try await world()
        let command = try await words(world)
        try FileManager.default.createDirectory(atPath: world.path("out.unfinished"), withIntermediateDirectories: true)
        try world.write("out.unfinished/mine", [1])
        let refused = try await world.bevis("signe", command + ["--discard-unfinished"])
        #expect(refused.status == 1)
        #expect(refused.err.contains("is not what an unfinished handover leaves"), "\(refused.err)")
        #expect(try world.read("out.unfinished/mine") == [1] && !world.exists("out"))
    }
}
