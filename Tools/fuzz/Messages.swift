import CustodianProtocol
import Foundation

@testable import CustodianServer
@testable import HTTPTransport

private func check<Message: Codable>(_ bytes: [UInt8], as type: Message.Type) {
    guard let message = try? Wire.decode(bytes, as: type), let text = try? Wire.encode(message) else { return }
    let again = (try? Wire.decode(text, as: type)).flatMap { try? Wire.encode($0) }
    demand(again == text, "a message means the same once it is written anew")
}

/// What the custodian and its clients take from each other is read within its bounds or refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    let text = String(decoding: bytes, as: UTF8.self)
    checkRange(text)
    if let range = ChunkRange(text) { demand(range.text == text, "a range of chunks is canonical") }
    let hosts = HostList(["localhost", "127.0.0.1", "[::1]"])
    if hosts.contains(text) {
        demand(
            bytes.allSatisfy { $0 < 0x80 } && !bytes.contains(0x40) && !bytes.contains(0x2F),
            "a host that is known is a host")
    }
    if let base = try? HTTPEndpoint.tcp(url: text).base() {
        demand(!base.utf8.contains { $0 <= 0x20 || $0 == 0x23 || $0 == 0x3F }, "an address takes a path behind it")
    }
    readHead(bytes)
    if bytes.first == 0x7B || bytes.first == 0x5B { checkMessages(bytes) }
    return 0
}

private func checkRange(_ header: String) {
    for size in [0, 1, 1000, UInt64.max] {
        guard case .part(let range) = RangeVerdict(header: header, size: size) else { continue }
        demand(!range.isEmpty && range.upperBound <= size, "a range lies within the file")
    }
}

private func readHead(_ bytes: [UInt8]) {
    var reader = HeadReader()
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
        guard let response = try? line.withUnsafeBytes({ try reader.take($0) }) else { continue }
        demand((200...999).contains(response.status), "a response has a status")
        demand(response.headers.fields.count <= HeadReader.maximumLineCount, "a head has few lines")
        demand(response.headers.fields.allSatisfy { !$0.name.isEmpty }, "a header has a name")
    }
}

private func checkMessages(_ bytes: [UInt8]) {
    check(bytes, as: Wire.About.self)
    check(bytes, as: Wire.Note.self)
    check(bytes, as: Wire.Acceptance.self)
    check(bytes, as: Wire.OpenCase.self)
    check(bytes, as: Wire.ReplaceRecovery.self)
    check(bytes, as: Wire.Uploaded.self)
    check(bytes, as: Wire.AddItem.self)
    check(bytes, as: Wire.AddGrant.self)
    check(bytes, as: Wire.Answer.self)
    check(bytes, as: Wire.Ask.self)
    check(bytes, as: Wire.Stream.self)
    check(bytes, as: [Wire.Item].self)
    check(bytes, as: [Wire.ProvenLeaf].self)
    check(bytes, as: Wire.Signer.self)
    check(bytes, as: [Wire.Grant].self)
    check(bytes, as: [Wire.Matter].self)
    check(bytes, as: [Wire.List].self)
    check(bytes, as: Wire.Problem.self)
}
