import Glibc

/// The fuzzer's bytes as an array, exact to the byte, so that reading past the end is seen.
func input(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    [UInt8](UnsafeBufferPointer(start: start, count: count))
}

/// Stops the run when a promise that a parser makes does not hold; the fuzzer keeps the input.
func demand(_ holds: Bool, _ promise: StaticString) {
    guard !holds else { return }
    let line = "broken promise: \(promise)\n"
    _ = write(2, line, line.utf8.count)
    abort()
}
