import AgeFile
import CustodianClient
import Foundation
import Sharing
import Vault

/// The first checked byte at random places of items in a real vault, by a session that is open already.
enum SeekBench {
    static func run(bevis: String, folder: String, originals: [String], count: Int) throws {
        let custodian = try ServingCustodian(bevis: bevis, folder: folder + "/seek-vault", creating: true)
        for original in originals { try measure(original, custodian, count: count) }
        report("seek.custodian_peak_mib", custodian.peakMiB)
        custodian.stop()
    }

    private static func measure(_ original: String, _ custodian: ServingCustodian, count: Int) throws {
        let lent = try LentCase([original], at: custodian.endpoint)
        let caller = lent.owner.caller
        let session = try lent.owner.session(custodian.endpoint)
        let item = try session.item(lent.items[0], by: caller)
        let key = try item.header.open(with: [lent.own.keys.identity])
        let size = try item.layout.plaintextSize
        var times: [Double] = []
        for _ in 0..<count {
            let offset = UInt64.random(in: 0..<size)
            times.append(
                try seconds { try session.read(item, key: key, range: offset..<offset + 1, by: caller) { _ in } })
        }
        report("seek.\(size >> 20)_mib", times: times)
    }
}
