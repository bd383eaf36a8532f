import Dispatch

/// All processors of the machine, for work that needs nothing but its input.
struct Workers: Sendable {
    /// Inputs that one thread takes at a time: few enough that none is left with the last long ones.
    private static let share = 8

    func map<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ body: @Sendable (Input) -> Output
    ) -> [Output] {
        guard inputs.count > 1 else { return inputs.map(body) }
        let chunks = (inputs.count + Workers.share - 1) / Workers.share
        return [Output](unsafeUninitializedCapacity: inputs.count) { buffer, count in
            let target = Target(base: buffer.baseAddress)
            DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
                let end = min((chunk + 1) * Workers.share, inputs.count)
                for index in chunk * Workers.share..<end {
                    target.base?.advanced(by: index).initialize(to: body(inputs[index]))
                }
            }
            count = inputs.count
        }
    }

    /// Guard: every element is written by the one iteration that its index belongs to, and read after all have ended.
    private struct Target<Output>: @unchecked Sendable {
        let base: UnsafeMutablePointer<Output>?
    }
}
