import ArgumentParser
import AuditTrail
import MerkleTree
import Sodium
import Terminal
import TransparencyLog

/// `bevis-audit prove`: a receipt for one leaf, that others can check with nothing but the log's key.
struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Write the proof that a leaf is in the log.")

    @OptionGroup var options: BundleOptions

    @Argument(help: ArgumentHelp("Index of the leaf, from 0.", valueName: "n"))
    var index: UInt64

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "file"))
    var output: String?

    @Flag(help: "Replace the output file if it exists.")
    var force = false

    func run() throws {
        let bundle = try options.opened()
        guard index < bundle.head.size else {
            throw CommandFailure(.usage, "the log has \(Words.count(bundle.head.size, "leaf", "leaves"))")
        }
        guard bundle.findings.isEmpty else {
            throw CommandFailure(.refused, "the log is not intact", hint: "see 'bevis-audit verify'")
        }
        let proof = LogProof(
            try InclusionProof(index: index, size: bundle.head.size, from: bundle.log), checkpoint: bundle.note)
        let text = String(decoding: proof.bytes, as: UTF8.self)
        if let output {
            let file = try OutputFile(output, replacing: force)
            try file.write(proof.bytes)
            try file.commit()
        } else if !options.json {
            return try Descriptor.standardOutput().write(text)
        }
        guard options.json else { return }
        try Output(json: true).show(
            .object([
                "leaf": .number(Int64(clamping: index)), "size": .number(Int64(clamping: bundle.head.size)),
                "proof": .text(text),
            ]), or: "")
    }
}
