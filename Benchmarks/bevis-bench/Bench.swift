import Glibc

/// Measures those parts of Bevis that `Tools/bench.sh` sets beside other programs. Each mode prints lines of a name and
/// a number; what runs as a whole process (seal, open, verify) prints nothing and is timed from outside.
@main
struct Bench {
    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            let line = Array("bevis-bench: \(error)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        switch (arguments.first, arguments.count) {
        case ("keys", 2): try ContentBench.makeKeys(in: arguments[1])
        case ("seal", 5): try ContentBench.seal(arguments[1], to: arguments[2], arguments[3], flushing: arguments[4])
        case ("leaves", 3): try ContentBench.writeLeaves(of: arguments[1], to: arguments[2])
        case ("open", 5):
            try ContentBench.open(arguments[1], arguments[2], leaves: arguments[3], to: arguments[4])
        case ("verify", 2): try ContentBench.verify(arguments[1])
        case ("seek", 5):
            try SeekBench.run(
                bevis: arguments[1], folder: arguments[2], originals: [arguments[3]], count: try number(arguments[4]))
        case ("release", 5):
            try ReleaseBench.run(
                bevis: arguments[1], folder: arguments[2], count: try number(arguments[3]),
                seconds: Double(try number(arguments[4])))
        case ("crypto", 2): try CryptoBench.run(count: try number(arguments[1]))
        case ("flush", 3): try FlushBench.run(arguments[1], count: try number(arguments[2]))
        case ("tree", 2): TreeBench.run(leaves: try number(arguments[1]))
        case ("receipt", 2): try TreeBench.receipt(leaves: try number(arguments[1]))
        case ("growth", 5):
            try await GrowthBench.run(
                bevis: arguments[1], folder: arguments[2], small: try number(arguments[3]),
                large: try number(arguments[4]))
        default: throw BenchError("modes: keys seal leaves open verify seek release crypto flush tree receipt growth")
        }
    }

    private static func number(_ text: String) throws -> Int {
        guard let number = Int(text), number > 0 else { throw BenchError("\(text) is no positive number") }
        return number
    }
}

/// Why a measurement could not be made.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Elapsed time of the machine's steady clock, in seconds.
func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Seconds that `body` took.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = now()
    try body()
    return now() - start
}

func report(_ name: String, _ value: Double) { print(name, value) }

/// Reports the middle, the 99th percentile and the extremes of some times, in milliseconds.
func report(_ name: String, times: [Double]) {
    let sorted = times.sorted()
    func at(_ part: Double) -> Double { sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] * 1000 }
    report(name + ".p50_ms", at(0.5))
    report(name + ".p90_ms", at(0.9))
    report(name + ".p99_ms", at(0.99))
    report(name + ".count", Double(times.count))
}
