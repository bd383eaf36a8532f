import SignedNote
import Sodium

@testable import Home

/// What is remembered on a person's own machine comes back byte for byte when it parses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = input(start, count)
    if let vault = try? RememberedVault(parsing: text) {
        demand((try? vault.text()) == text, "what is remembered of a vault is canonical")
    }
    if let parts = try? PublicIdentity(parsing: text) {
        demand((try? parts.text()) == text, "a public identity is canonical")
    }
    if let machines = try? KnownMachines(parsing: text) {
        demand((try? machines.text()) == text, "the machines of a case are canonical")
    }
    _ = RememberedVault.size(of: text)
    return 0
}
