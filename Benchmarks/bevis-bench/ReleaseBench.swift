import CustodianClient
import Foundation
import HTTPTransport

/// Releases of a part over the socket of a real custodian on a real disk.
enum ReleaseBench {
    static func run(bevis: String, folder: String, count: Int, seconds length: Double) throws {
        let custodian = try ServingCustodian(bevis: bevis, folder: folder + "/release-vault", creating: true)
        try makeOriginal(folder + "/original", byteCount: 100_000)
        let lent = try LentCase([folder + "/original"], at: custodian.endpoint)
        try oneClient(lent, custodian, count: count)
        try wholeClient(lent, custodian, count: count)
        let bare = try CryptoBench.pairsPerSecond(count: count)
        report("release.bare_per_second", bare)
        try many(lent, custodian, seconds: length)
        report("release.bare_again_per_second", try CryptoBench.pairsPerSecond(count: count))
        report("release.custodian_peak_mib", custodian.peakMiB)
        custodian.stop()
    }

    static func send(_ message: [UInt8], _ http: HTTPConnection) throws {
        let request = HTTPRequest(
            "POST", "/v1/requests", headers: [("Content-Type", "application/json")], body: .bytes(message))
        let status = try http.send(request, maximumBodySize: 1 << 20).status
        guard status == 200 else { throw BenchError("a request was answered with \(status)") }
    }

    /// One client, requests signed beforehand: what the custodian and the socket take.
    static func oneClient(_ lent: LentCase, _ custodian: ServingCustodian, count: Int, as name: String = "release.one")
        throws
    {
        let http = try HTTPConnection(custodian.endpoint)
        let messages = try lent.requests(count + 20, lent.recipient.session(custodian.endpoint))
        for message in messages[..<20] { try send(message, http) }
        let before = custodian.processorSeconds
        report(name, times: try messages[20...].map { message in try seconds { try send(message, http) } })
        report(name + ".custodian_cpu_ms", (custodian.processorSeconds - before) * 1000 / Double(count))
    }

    /// One client that signs, verifies everything, opens the part and acknowledges, as `bevis open` does.
    private static func wholeClient(_ lent: LentCase, _ custodian: ServingCustodian, count: Int) throws {
        let session = try lent.recipient.session(custodian.endpoint)
        let times = try (0..<count).map { _ in try seconds { try lent.open(session) } }
        report("release.whole", times: times)
    }

    /// 64 clients with a connection each, doing all that a client does; then the same with requests signed beforehand.
    private static func many(_ lent: LentCase, _ custodian: ServingCustodian, seconds length: Double) throws {
        let endpoint = custodian.endpoint
        let rate = try rate("release.many", custodian, seconds: length) { end in
            let session = try lent.recipient.session(endpoint)
            var times: [Double] = []
            while now() < end { times.append(try seconds { try lent.open(session) }) }
            return times
        }
        let prepared = try lent.requests(64 * 200, lent.recipient.session(endpoint))
        let taken = Counter()
        let served = try Self.rate("release.prepared", custodian, seconds: length) { end in
            let http = try HTTPConnection(endpoint)
            var times: [Double] = []
            while now() < end, let next = taken.next(below: prepared.count) {
                times.append(try seconds { try send(prepared[next], http) })
            }
            return times
        }
        report("release.many_per_second", rate)
        report("release.prepared_per_second", served)
    }

    private static func rate(
        _ name: String, _ custodian: ServingCustodian, seconds length: Double,
        _ body: @escaping @Sendable (Double) throws -> [Double]
    ) throws -> Double {
        let times = Times()
        let before = (custodian.processorSeconds, Double(clock()) / Double(CLOCKS_PER_SEC))
        let start = now()
        try inParallel(64) { _ in times.add(try body(start + length)) }
        let elapsed = now() - start
        let count = Double(times.all.count)
        report(name, times: times.all)
        report(name + ".custodian_cpu_ms", (custodian.processorSeconds - before.0) * 1000 / count)
        report(name + ".clients_cpu_ms", (Double(clock()) / Double(CLOCKS_PER_SEC) - before.1) * 1000 / count)
        return count / elapsed
    }
}
