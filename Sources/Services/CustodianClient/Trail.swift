import AgeFile
public import AuditTrail
import CustodianProtocol
import Foundation
import MerkleTree
import Sharing
import SignedNote
import Sodium

/// A stream as its holder read it: every record opened, every leaf found in the log in its place.
public struct StreamReading: Sendable {
    /// A record and the index of its leaf.
    public struct Entry: Sendable {
        /// Index in the log.
        public let index: UInt64
        /// The record, with the notes that it discloses.
        public let disclosed: DisclosedRecord
    }

    /// Records in the order of their numbers.
    public let entries: [Entry]
    /// Numbers whose leaf is in the log and whose record the custodian did not give.
    public let withheld: [UInt64]
    /// Records of the vault's stream that concern this one, each checked against its leaf's commitment.
    public let attached: [Entry]
}

extension VaultSession {
    /// Reads a stream and checks it against the log's entries: numbers without gaps, each leaf where it should be,
    /// and none in the log that the custodian left out.
    ///
    /// - Parameter entries: the log's entries, proven by `entries()`.
    public func read(
        _ stream: StreamID, key: StreamKey, entries: [[UInt8]], by caller: Caller
    ) throws -> StreamReading {
        var positions: [LeafTag: UInt64] = [:]
        let leaves = try entries.map { try Leaf(entry: $0) }
        for (index, leaf) in leaves.enumerated() { positions[leaf.tag] = UInt64(index) }
        let identity = key.recordIdentity
        var found: [StreamReading.Entry] = []
        var withheld: [UInt64] = []
        var attached: [UInt64: StreamReading.Entry] = [:]
        var number: UInt64 = 1
        while true {
            let page = try page(of: stream, from: number, by: caller)
            for extra in page.attached { try attach(extra, identity, leaves, to: &attached) }
            for wire in page.leaves {
                guard let entry = try checked(wire, number, stream, key, leaves) else {
                    withheld.append(number)
                    number += 1
                    continue
                }
                found.append(entry)
                number += 1
            }
            if page.leaves.isEmpty { break }
        }
        // A tag further on means that the custodian left out the stream's end.
        for next in number..<number + 64 where positions[key.tag(next)] != nil { withheld.append(next) }
        return StreamReading(
            entries: found, withheld: withheld, attached: attached.values.sorted { $0.index < $1.index })
    }

    /// Records of a stream with these numbers, each proven to be in the log.
    /// - Throws: `ClientError.altered` when one is missing, or is not the one that the log holds.
    public func records(
        of stream: StreamID, key: StreamKey, numbers: Range<UInt64>, by caller: Caller
    ) throws -> [StreamReading.Entry] {
        var found: [StreamReading.Entry] = []
        while numbers.lowerBound + UInt64(found.count) < numbers.upperBound {
            let next = numbers.lowerBound + UInt64(found.count)
            let leaves = try page(of: stream, from: next, by: caller).leaves
                .prefix(Int(clamping: numbers.upperBound - next))
            guard !leaves.isEmpty else {
                throw ClientError(.altered, "entry \(next) of a grant's stream is not given: something is withheld")
            }
            for wire in leaves { found.append(try proven(wire, numbers.lowerBound + UInt64(found.count), stream, key)) }
        }
        return found
    }

    /// The newest record of a stream with this event, proven to be in the log; `nil` where the custodian shows none.
    /// - Throws: `ClientError.altered` or `.notProven` when it is not the one that the log holds.
    func newest(
        _ event: Event, of stream: StreamID, key: StreamKey, by caller: Caller
    ) throws -> StreamReading.Entry? {
        let identity = key.recordIdentity
        var found: (wire: Wire.Leaf, number: UInt64)?
        var number: UInt64 = 1
        while true {
            let leaves = try page(of: stream, from: number, by: caller).leaves
            for wire in leaves {
                if let sealed = wire.record,
                    (try? DisclosedRecord(opening: [UInt8](sealed), with: identity))?.record.event == event
                {
                    found = (wire, number)
                }
                number += 1
            }
            if leaves.isEmpty { break }
            try checkCount(number - 1)
        }
        return try found.map { try proven($0.wire, $0.number, stream, key) }
    }

    private func proven(
        _ wire: Wire.Leaf, _ number: UInt64, _ stream: StreamID, _ key: StreamKey
    ) throws -> StreamReading.Entry {
        guard let sealed = wire.record, let disclosed = try? DisclosedRecord(opening: [UInt8](sealed), with: key),
            disclosed.record.stream == stream, disclosed.record.number == number
        else { throw ClientError(.altered, "entry \(number) of a grant's stream is not given: something is withheld") }
        try verify(try proof(of: wire.index), leaf: disclosed.leaf(in: key).hash)
        return StreamReading.Entry(index: wire.index, disclosed: disclosed)
    }

    private func page(of stream: StreamID, from number: UInt64, by caller: Caller) throws -> Wire.Stream {
        let ask =
            switch stream {
            case .vault: try ask(.vaultStream, nil, by: caller, from: number)
            case .matter(let id): try ask(.caseStream, Nonce(id.bytes), by: caller, from: number)
            case .grant(let id): try ask(.grantStream, Nonce(id.bytes), by: caller, from: number)
            }
        return try connection.post("/v1/streams", ask)
    }

    private func checked(
        _ wire: Wire.Leaf, _ number: UInt64, _ stream: StreamID, _ key: StreamKey, _ leaves: [Leaf]
    ) throws -> StreamReading.Entry? {
        guard wire.number == number, wire.index < UInt64(leaves.count) else {
            throw ClientError(.altered, "entry \(number) of a stream is not where the custodian says")
        }
        guard leaves[Int(wire.index)].tag == key.tag(number) else {
            throw ClientError(.altered, "entry \(wire.index) of the log is not number \(number) of its stream")
        }
        guard let sealed = wire.record else { return nil }
        let disclosed = try DisclosedRecord(opening: [UInt8](sealed), with: key)
        guard disclosed.leaf(in: key) == leaves[Int(wire.index)], disclosed.record.stream == stream,
            disclosed.record.number == number
        else { throw ClientError(.altered, "the record of entry \(wire.index) is not the one that the log holds") }
        return StreamReading.Entry(index: wire.index, disclosed: disclosed)
    }

    private func attach(
        _ wire: Wire.Attached, _ identity: AgeIdentity, _ leaves: [Leaf],
        to attached: inout [UInt64: StreamReading.Entry]
    ) throws {
        let disclosed = try DisclosedRecord(opening: [UInt8](wire.record), with: identity)
        guard wire.index < UInt64(leaves.count),
            leaves[Int(wire.index)].commitment == disclosed.salt.commitment(to: disclosed.recordText)
        else { throw ClientError(.altered, "the record of entry \(wire.index) is not the one that the log holds") }
        attached[wire.index] = StreamReading.Entry(index: wire.index, disclosed: disclosed)
    }
}
