import Foundation
import Testing

/// The threat model's table of attacks names code and tests that are there.
@Suite struct ThreatModelTests {
    private static let root = Example.pages.deletingLastPathComponent().deletingLastPathComponent()

    private func table() throws -> [[Substring]] {
        let page = try String(contentsOf: ThreatModelTests.root.appending(path: "Docs/ThreatModel.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").drop { !$0.hasPrefix("| attack |") }.dropFirst(2)
        return rows.prefix { $0.hasPrefix("|") }.map { $0.split(separator: "|") }
    }

    private func files(in folder: String) -> [URL] {
        let start = ThreatModelTests.root.appending(path: folder)
        let files = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    }

    @Test func everyPlaceThatAnswersIsThere() throws {
        let rows = try table()
        #expect(rows.count > 25)
        for row in rows {
            // A name without a folder lies beside the one before it.
            var folder = ""
            for place in row[2].split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
                let path = place.contains("/") ? place : folder + "/" + place
                folder = path.split(separator: "/").dropLast().joined(separator: "/")
                let there = ThreatModelTests.root.appending(path: "Sources/" + path).path
                #expect(FileManager.default.fileExists(atPath: there), "\(row[0]): \(path)")
            }
        }
    }

    @Test func everyTestThatAnAttackNamesIsThere() throws {
        var named = 0
        for row in try table() {
            for match in row[3].matches(of: /(\w+): `(\w+)`/) {
                named += 1
                let isThere = files(in: "Tests/\(match.output.1)Tests").contains { file in
                    (try? String(contentsOf: file, encoding: .utf8))?.contains("func \(match.output.2)(") == true
                }
                #expect(isThere, "\(row[0]): \(match.output.2)")
            }
        }
        #expect(named > 30)
    }
}
