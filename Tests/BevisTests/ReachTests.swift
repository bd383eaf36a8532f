import Foundation
import Glibc
import Testing

/// Vaults that are not there, are busy, or lose their custodian.
@Suite struct ReachTests {
    @Test func missingOrForeignFoldersAndSilentAddressesAreExplained() async throws {
        let sandbox = try Sandbox()
        try await sandbox.prepare("signe", "identity", "create", "--name", "Signe Holm")
        let look = "look at --vault or BEVIS_VAULT; make a new one: bevis vault init --vault FOLDER"
        for folder in [sandbox.path("none"), "/etc"] {
            let outcome = try await sandbox.bevis("signe", "list", with: ["BEVIS_VAULT": folder])
            #expect(outcome.status == 3)
            #expect(outcome.err == "bevis: there is no vault at '\(folder)'\n  \(look)\n")
        }
        let silent = try await sandbox.bevis("signe", "list", "--vault", "unix:" + sandbox.path("s"))
        #expect(silent.status == 3)
        #expect(
            silent.err == "bevis: the vault does not answer: nobody answers at this address\n"
                + "  nothing was done; look at --vault or BEVIS_VAULT, then run the command again\n")
        let none = try await sandbox.bevis("signe", "list", with: ["BEVIS_VAULT": ""])
        #expect(none.status == 2)
        #expect(
            none.err == "bevis: no vault was named\n"
                + "  give --vault FOLDER, or set BEVIS_VAULT; make one: bevis vault init\n")
        try sandbox.write("note", [1])
        let occupied = try await sandbox.bevis("signe", "vault", "init", "--vault", sandbox.folder)
        #expect(occupied.status == 3)
        #expect(occupied.err.hasPrefix("bevis: the folder \(sandbox.folder) is there already and holds something else"))
    }

    @Test func custodianInTheBackgroundHoldsNothingOfWhoeverStartedIt() async throws {
        let world = try await World.copy()
        let environment = world.environment(of: "signe")
        // The reader of the pipe ends when nobody holds its other end any more.
        let script = "{ bevis vault info 9>&1 >info; } | timeout 60 cat"
        let outcome = try await Command(folder: world.folder, environment: environment).run(
            ["bash", "-c", "set -o pipefail; \(script)"])
        #expect(outcome.status == 0, "\(outcome.err)")
        #expect(world.exists("info") && world.custodian != nil)
    }

    @Test func secondCustodianIsRefusedByName() async throws {
        let world = try await World.copy()
        try await world.prepare("signe", "vault", "info")
        let pid = try #require(world.custodian)
        let second = try await world.bevis("signe", "serve")
        #expect(second.status == 3)
        #expect(
            second.err == "bevis: the vault is in use by process \(pid)\n"
                + "  that is its custodian; commands find it by themselves\n")
        #expect(world.custodian == pid)
    }

    @Test func killedCustodianIsStartedAgainByTheNextCommand() async throws {
        let world = try await World.copy()
        try world.write("more", Array("more".utf8))
        try await world.prepare("signe", "add", "more")
        let before = try #require(world.custodian)
        world.killCustodian(SIGKILL)
        #expect(world.exists("v/socket"), "a kill leaves the socket behind")
        let list = try await world.bevis("signe", "list")
        #expect(list.status == 0, "\(list.err)")
        #expect(list.outLines.count == 4)
        #expect(world.custodian != before)
    }

    @Test func twoCommandsAtOnceFromOneHomeBothWork() async throws {
        let world = try await World.copy()
        try world.write("one", Array("one".utf8))
        try world.write("two", Array("two".utf8))
        // No custodian runs: both have to start one, and one of them succeeds.
        let script = """
            bevis add one & first=$!
            bevis add two & second=$!
            wait $first || exit 11
            wait $second || exit 12
            """
        let both = try await Command(folder: world.folder, environment: world.environment(of: "signe"))
            .run(["bash", "-c", script])
        #expect(both.status == 0, "\(both.err)")
        let list = try await world.bevis("signe", "list")
        #expect(list.outLines.count == 5, "\(list.out)")
        let verified = try await world.bevis("signe", "vault", "verify")
        #expect(verified.status == 0, "\(verified.err)")
        #expect(verified.out.contains(/^intact: [0-9]+ entries of the log, 5 items \(entry [0-9]+ of the log\)\n$/))
    }

    @Test func oldCopyOfTheVaultIsNoticed() async throws {
        let world = try await World.copy()
        #expect(try await world.tool("cp", "-a", "v", "old").status == 0)
        try world.write("more", Array("more".utf8))
        try await world.prepare("signe", "add", "more")
        world.killCustodian(SIGTERM)
        #expect(try await world.tool("rm", "-r", "v").status == 0)
        #expect(try await world.tool("mv", "old", "v").status == 0)
        let list = try await world.bevis("signe", "list")
        #expect(list.status == 1)
        #expect(list.out == "")
        let words =
            /^bevis: this vault is older than the checkpoint of [0-9]+ entries that was seen before: an old copy was put back, and it shows only [0-9]+\n  evidence was kept in .*\/evidence\/[0-9a-f]{16}; it says who is at fault: bevis-audit evidence FILE --keys KEYS\n$/
        #expect(list.err.contains(words), "\(list.err)")
    }
}
