import Glibc

@testable import Terminal

private let zone: Void = {
    setenv("TZ", "Europe/Copenhagen", 1)
    return tzset()
}()
private let now: UInt64 = 1_800_000_000

/// What people type is read within its bounds or refused, and what is shown acts on no terminal and no disk.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    _ = zone
    let bytes = input(start, count)
    let text = String(decoding: bytes, as: UTF8.self)
    checkSizes(text)
    checkTimes(text)
    checkShown(bytes)
    checkName(bytes)
    return 0
}

private func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }

private func checkSizes(_ text: String) {
    if (try? ByteSize(parsing: text)) != nil { demand(isPlain(text), "a size is written in digits and letters") }
    guard let range = try? ByteRange(parsing: text) else { return }
    demand(isPlain(text), "a range is written in digits and letters")
    for size in [0, 1, 1000, UInt64.max] {
        demand(range.resolved(in: size).upperBound <= size, "a range ends with the file")
    }
}

private func checkTimes(_ text: String) {
    if let seconds = try? TimeArgument.duration(text) {
        demand(isPlain(text) && seconds > 0, "a length of time is written in digits and letters")
        demand(
            (try? TimeArgument.moment(text, now: now)) == now + seconds, "a length of time is counted from now")
    }
    guard let moment = try? TimeArgument.moment(text, now: now) else { return }
    demand(isPlain(text), "a time is written in digits and letters")
    demand((try? TimeArgument.moment(text, now: now, day: .end)).map { $0 >= moment } == true, "a day ends later")
    let written = UTCTime.text(moment)
    if moment < 253_402_300_800 {
        demand((try? TimeArgument.moment(written, now: now)) == moment, "a moment is read as it is written")
    }
    demand(!LocalTime.text(moment).isEmpty, "a moment has a local time")
}

private func checkShown(_ bytes: [UInt8]) {
    let json = JSONValue.object([String(decoding: bytes, as: UTF8.self): .bytes(bytes)]).text
    for shown in [Escaped.text(bytes, limit: .max), json] {
        demand(
            !shown.unicodeScalars.contains { $0 != "\\" && Escaped.isHostile($0) },
            "what is shown acts on no terminal")
    }
}

private func checkName(_ bytes: [UInt8]) {
    let name = SafeName(bytes)
    for text in [name.text, name.numbered(2).text] {
        demand(
            text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || "-._".utf8.contains($0)
            }, "a name is plain")
        demand(!text.isEmpty && !".-".contains(text.prefix(1)) && !text.hasSuffix("."), "a name has plain ends")
    }
    demand(name.text.utf8.count <= 120, "a name is short")
    demand(SafeName(name.text.utf8) == name, "a safe name stays what it is")
}
