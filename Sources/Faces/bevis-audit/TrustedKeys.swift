import AuditTrail
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// The keys that an auditor has from the vault's operator: `policy`, and perhaps `operator` and `trust`.
struct TrustedKeys: Sendable {
    let anchor: TrustAnchor

    /// - Throws: a failure that names the file.
    init(_ path: String) throws(CommandFailure) {
        let folder = try BundleFolder(path)
        guard let policyText = try folder.read(Array("policy".utf8)) else {
            throw CommandFailure(
                .unreachable, "there is no policy among the trusted keys in \(Escaped.quoted(path))",
                hint: "have the file from the vault's operator: it names the log's key and its witnesses")
        }
        let policy: LogPolicy
        do throws(LogError) {
            policy = try LogPolicy(parsing: policyText)
        } catch {
            throw CommandFailure(.unreachable, "the policy in \(Escaped.quoted(path)): \(error.reason)")
        }
        let operatorKey = try TrustedKeys.operatorKey(in: folder)
        let trust = try TrustedKeys.trust(in: folder, operatorKey)
        anchor = TrustAnchor(policy: policy, operatorKey: operatorKey, trust: trust)
    }

    private static func operatorKey(in folder: BundleFolder) throws(CommandFailure) -> VerifierKey? {
        guard var text = try folder.read(Array("operator".utf8)) else { return nil }
        while let last = text.last, last == 0x0A || last == 0x0D || last == 0x20 { text.removeLast() }
        guard let key = try? VerifierKey(parsing: text) else {
            throw CommandFailure(
                .unreachable, "the operator's key in \(Escaped.quoted(folder.path)) is not a verifier key")
        }
        return key
    }

    private static func trust(in folder: BundleFolder, _ key: VerifierKey?) throws(CommandFailure) -> Trust? {
        guard let bytes = try folder.read(Array("trust".utf8)) else { return nil }
        guard let note = try? Unverified<Trust>(parsing: bytes),
            let verified = try? note.verified(by: key ?? note.body.operatorKey),
            verified.body.operatorKey == key ?? verified.body.operatorKey
        else {
            throw CommandFailure(
                .refused, "the trust note in \(Escaped.quoted(folder.path)) is not signed by its operator",
                hint: "have folder and key from the vault's operator again")
        }
        return verified.body
    }
}
