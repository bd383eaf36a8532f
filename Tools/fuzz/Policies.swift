import SignedNote
import TransparencyLog

/// A policy file means the same once it is written anew, and its quorum is one that its witnesses can reach.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = input(start, count)
    guard let policy = try? LogPolicy(parsing: text) else { return 0 }
    let again = try? LogPolicy(parsing: policy.text)
    demand(again == policy, "a policy comes back")
    demand(again?.text == policy.text, "a policy is written in one way")
    demand(policy.isSatisfied(byWitnesses: policy.witnesses.map { $0.name }), "all witnesses are enough")
    demand(
        policy.isSatisfied(byWitnesses: policy.quorumWitnesses.map { $0.name }), "the quorum's witnesses are enough")
    demand(
        policy.quorum == nil || !policy.isSatisfied(byWitnesses: []), "no witness is not enough")
    return 0
}
