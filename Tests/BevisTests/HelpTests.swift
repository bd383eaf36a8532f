import Foundation
import Testing

@Suite struct HelpTests {
    static let commands = [
        "identity", "identity create", "identity show", "identity passphrase", "case", "case create", "case list",
        "case show", "add", "list", "show", "describe", "open", "take", "erase", "recover", "card", "card show",
        "card request",
        "card accept", "card join", "grant", "grants", "approve", "decline", "revoke", "issuer", "issuer unit",
        "issuer member", "issuer remove", "guidance", "issuer create", "issuer sign", "issuer withdraw", "log",
        "receipt", "audit", "audit export", "vault", "vault init", "vault trust", "vault info", "vault verify", "serve",
        "seal", "unseal", "facts", "incident", "incident add", "incident edit", "incident list", "incident show",
        "incident link", "incident import", "order", "order add", "order list", "timeline", "device", "device create",
        "device pair", "device accept", "device list", "device clock", "device withdraw", "watch", "completeness",
        "handover",
    ]
    /// Commands of several words or options that nobody guesses.
    static let withExample = [
        "identity create", "case create", "add", "list", "describe", "open", "take", "erase", "recover", "card show",
        "card request", "vault verify", "grant", "approve", "decline", "card join", "issuer unit", "issuer member",
        "issuer remove", "guidance",
        "issuer create", "issuer sign", "issuer withdraw", "log", "receipt", "audit export", "vault init",
        "vault trust", "serve", "facts", "incident add", "incident edit", "incident link", "incident import",
        "order add", "timeline", "device pair", "device clock", "watch", "completeness", "handover",
    ]

    @Test(arguments: commands) func everyCommandHasHelp(_ command: String) async throws {
        let sandbox = try Sandbox()
        let words = command.split(separator: " ").map(String.init)
        let help = try await sandbox.bevis("nobody", words + ["--help"])
        #expect(help.status == 0)
        #expect(help.err == "")
        #expect(help.out.hasPrefix("OVERVIEW: "))
        #expect(help.out.contains("USAGE: bevis \(command)"))
        #expect(!sandbox.exists("h-nobody"), "asking for help leaves nothing behind")
        if HelpTests.withExample.contains(command) {
            #expect(help.out.contains("Example"), "\(command) shows no example")
            #expect(help.out.contains("  bevis \(command)"), "\(command) shows no example of its own")
        }
    }

    @Test func everyCommandOfTheListIsTested() async throws {
        let sandbox = try Sandbox()
        let listed = try await sandbox.bevis("nobody", "--help").out
        let names = Set(listed.matches(of: /\n  ([a-z]+) {2,}/).map { String($0.1) }).subtracting(["h"])
        #expect(names.count > 15)
        #expect(names.isSubset(of: Set(HelpTests.commands)), "\(names.subtracting(HelpTests.commands))")
    }

    @Test func wrongUsageEndsWithTwoAndSaysHowItGoes() async throws {
        let sandbox = try Sandbox()
        let missing = try await sandbox.bevis("nobody", "open")
        #expect(missing.status == 2)
        #expect(missing.err.hasPrefix("bevis: missing expected argument '<item>'\n  usage: bevis open <item> "))
        #expect(!missing.err.contains("more bytes"))
        let unknown = try await sandbox.bevis("nobody", "grant", "--to", "x", "--purpose", "y")
        #expect(unknown.status == 2)
        #expect(unknown.err.hasPrefix("bevis: name items, or give --all or --standing\n"))
        let rights = try await sandbox.bevis("nobody", "identity", "create")
        #expect(rights.status == 2)
        #expect(rights.err.hasPrefix("bevis: missing expected argument '--name <name>'\n"))
    }
}
