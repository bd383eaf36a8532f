import AgeFile
import Sodium

// A scalar that clamping leaves as it is; the seed files are sealed to nobody.
private let identity = try? AgeIdentity(
    AgreementKey(
        SecretBytes(count: 32) {
            $0[0] = 8
            $0[31] = 64
        }))

/// A file that parses keeps its bytes; nothing forged opens.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    if let file = try? SealedAgeFile(parsing: bytes) {
        demand(file.bytes == bytes, "an age file keeps its bytes")
        demand((try? AgeHeader(parsing: file.header.bytes)) != nil, "a header parses alone")
    }
    if let header = try? AgeHeader(parsingPrefixOf: bytes) {
        demand(bytes.starts(with: header.bytes), "a header is the beginning of its file")
        if let identity { demand((try? header.open(with: [identity])) == nil, "a made-up header opens for nobody") }
    }
    if let recipient = try? AgeRecipient(parsing: bytes) {
        demand(recipient.text == bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, "a recipient is canonical")
    }
    return 0
}
