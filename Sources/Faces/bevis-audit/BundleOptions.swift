import ArgumentParser
import AuditTrail
import Terminal

/// Which bundle, checked with whose keys.
struct BundleOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The bundle, a folder.", valueName: "dir"))
    var bundle: String

    @Option(
        help: ArgumentHelp(
            "The folder with the keys that are trusted: policy, operator, trust.",
            discussion: "Have it from the vault's operator, not from the bundle.", valueName: "keysdir"))
    var keys: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Open the records with the identities in this file.", valueName: "file"))
    var identity: String?

    @OptionGroup var passphrase: PassphraseOptions

    @Flag(help: "Answer in JSON, times in UTC.")
    var json = false

    @Flag(help: ArgumentHelp("Show no progress.", visibility: .hidden))
    var quiet = false

    /// The bundle with its log checked; the records come later.
    func opened() throws(CommandFailure) -> CheckedBundle {
        let trusted = try TrustedKeys(keys)
        return try CheckedBundle(try BundleFolder(bundle), trusted, isQuiet: quiet || json)
    }

    /// The bundle, if its log can be relied on.
    func reliable() throws(CommandFailure) -> CheckedBundle {
        let bundle = try opened()
        guard bundle.isReadable, bundle.findings.isEmpty else {
            throw CommandFailure(.refused, "the log cannot be relied on", hint: "see 'bevis-audit verify'")
        }
        return bundle
    }

    /// The bundle's keys, opened with the identity that was given.
    func auditKeys(of folder: BundleFolder) throws(CommandFailure) -> AuditKeys? {
        guard let identity else { return nil }
        return try IdentityFiles.auditKeys(of: folder, identity: identity, passphrase: passphrase.source)
    }

    /// The bundle's keys, where nothing can be done without.
    func requiredKeys(of folder: BundleFolder) throws(CommandFailure) -> AuditKeys {
        guard let keys = try auditKeys(of: folder) else {
            throw CommandFailure(
                .usage, "the records are sealed", hint: "give the auditor's identity with -i identity.age")
        }
        return keys
    }
}
