import AgeFile
import SignedNote
import Sodium

@testable import Home
@testable import Vault

private func secret(_ bytes: [UInt8]) -> SecretBytes { bytes.withUnsafeBytes { SecretBytes(copying: $0) } }

/// Texts that hold keys come back byte for byte when they parse; a sheet gives one identity however it is typed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = secret(input(start, count))
    if let keys = try? CaseKeys(parsing: text) { demand(keys.text == text, "the keys of a case are canonical") }
    if let signer = try? NoteSigner(parsing: text) {
        demand(signer.privateText == text, "a signing key is canonical")
    }
    for kind in [IdentityKind.person, .device("camera"), .issuer("police")] {
        guard let identity = try? IdentityText(parsing: text, kind: kind, path: "") else { continue }
        demand(identity.text == text, "an identity's text is canonical")
    }
    if let identities = try? IdentityFile.parse(text) {
        demand(!identities.isEmpty, "an identity file holds an identity")
    }
    if let identity = try? RecoverySheet.read(text) {
        let lines = RecoverySheet(identity).lines
        demand((try? RecoverySheet.read(lines))?.text == identity.text, "a sheet's lines are read as printed")
    }
    for line in 0...7 { _ = RecoverySheet.isCorrect(text, line: line) }
    return 0
}
