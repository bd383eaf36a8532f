import SignedNote

/// A note, a key and a time come back byte for byte when they parse.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    if let name = try? KeyName(bytes) { demand(name.bytes == bytes, "a key name keeps its bytes") }
    if let key = try? VerifierKey(parsing: bytes) { demand(key.text == bytes, "a verifier key is canonical") }
    if let time = try? Timestamp(parsing: bytes) { demand(time.text == bytes, "a time is canonical") }
    if let note = try? UnverifiedNote(parsing: bytes) {
        demand(note.bytes == bytes, "a note keeps its bytes")
        demand((1...UnverifiedNote.maximumSignatures).contains(note.signatures.count), "a note is signed")
    }
    return 0
}
