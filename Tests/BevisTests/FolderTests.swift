import Foundation
import Testing

@Suite struct FolderTests {
    /// Owner, recipient and auditor speak to the custodian's socket and look at nothing else in its folder.
    @Test func folderIsTheCustodiansAlone() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])  // starts the custodian
        #expect(world.custodian != nil)
        try world.write("more", Array("more".utf8))
        let commands: [(String, [String])] = [
            ("signe", ["add", "more"]), ("signe", ["list"]), ("signe", ["open", "2", "-o", "own"]),
            ("signe", ["log"]), ("signe", ["vault", "verify"]),
            ("mads", ["open", "1", "--grant", grant, "--purpose", "Brud", "-o", "lent"]),
            ("revisor", ["audit", "export", "--out", "bundle"]), ("signe", ["revoke", grant]),
        ]
        for (person, words) in commands {
            let traced = try await Command(folder: world.folder, environment: world.environment(of: person))
                .run(["strace", "-f", "-o", "trace", "-e", "trace=%file,connect", "bevis"] + words)
            #expect(traced.status == 0, "\(words): \(traced.err)")
            let trace = String(decoding: try world.read("trace"), as: UTF8.self).split(separator: "\n")
            #expect(trace.contains { $0.contains("identity.age") }, "strace saw nothing")
            let touching = trace.filter { $0.contains("\"\(world.vault)\"") || $0.contains("\"\(world.vault)/") }
            #expect(!touching.isEmpty, "\(words) never spoke to the vault")
            for line in touching {
                #expect(
                    line.contains(" connect(") && line.contains("sun_path=\"\(world.vault)/socket\""),
                    "\(words) touched the custodian's folder: \(line)")
            }
        }
        let audited = try await Command(folder: world.folder, environment: world.environment(of: "revisor"))
            .run([
                "strace", "-f", "-o", "trace", "-e", "trace=%file,connect,socket", "bevis-audit", "verify", "bundle",
                "--keys", "Keys", "-i", "h-revisor/identity.age",
            ])
        #expect(audited.status == 0, "\(audited.err)")
        let trace = String(decoding: try world.read("trace"), as: UTF8.self)
        #expect(trace.contains("bundle/log/checkpoint"))
        #expect(!trace.contains(world.vault + "/") && !trace.contains("socket("), "the auditor needs no vault")
    }
}
