public import MerkleTree
public import Sharing

/// What a replay asks of the program around it: item lists, the log's tree, and processors.
public protocol ReplayEnvironment: Sendable {
    /// The item list of a grant, sealed to the grant's stream; `nil` when it was not given.
    func sealedList(_ grant: GrantID) -> [UInt8]?

    /// The root over the log's first `size` leaves, as it follows from the entries; `nil` when it cannot be told.
    /// Called from several threads at once.
    func root(size: UInt64) -> TreeHash?

    /// Applies `body` to each input, in any order and on any number of threads, and returns the results in the
    /// inputs' order.
    func map<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ body: @Sendable (Input) -> Output
    ) -> [Output]
}

extension ReplayEnvironment {
    public func map<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ body: @Sendable (Input) -> Output
    ) -> [Output] { inputs.map { body($0) } }
}
