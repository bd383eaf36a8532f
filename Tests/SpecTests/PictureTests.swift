import Foundation
import Testing

/// The picture of the parts in `Docs/parts.dot` shows who names whom, no more and no less.
@Suite struct PictureTests {
    private static let root = Example.pages.deletingLastPathComponent().deletingLastPathComponent()

    /// Everything that each part reaches, one step after the other.
    private static func reach(_ arrows: [String: Set<String>]) -> [String: Set<String>] {
        var reach = arrows
        var grows = true
        while grows {
            grows = false
            for (part, named) in reach {
                let more = named.reduce(into: named) { $0.formUnion(reach[$1] ?? []) }
                guard more != named else { continue }
                reach[part] = more
                grows = true
            }
        }
        return reach
    }

    private static func drawn() throws -> [String: Set<String>] {
        // Arrows that nobody sees only keep the layers in their places.
        let dot = try String(contentsOf: root.appending(path: "Docs/parts.dot"), encoding: .utf8)
            .replacing(/\w+ -> \w+ \[style=invis\]/, with: "")
        return dot.matches(of: /(\w+) -> (?:\{([^}]*)\}|(\w+))/).reduce(into: [:]) { arrows, match in
            let names = (match.output.2 ?? match.output.3 ?? "").split(separator: " ").map(String.init)
            let part = match.output.1 == "audit" ? "bevis-audit" : String(match.output.1)
            arrows[part, default: []].formUnion(names)
        }
    }

    /// What the sources import of our own parts and of the libraries that the picture shows.
    private static func imported(_ shown: Set<String>) throws -> [String: Set<String>] {
        var arrows: [String: Set<String>] = [:]
        let sources = root.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            let part = file.pathComponents[sources.pathComponents.count + 1]
            let text = try String(contentsOf: file, encoding: .utf8)
            let names = text.matches(of: /(?m)^(?:@\w+ )*(?:public |internal |private )?import (?:struct )?(\w+)/)
            arrows[part, default: []].formUnion(
                names.map { String($0.output.1) }.filter { shown.contains($0) && $0 != part })
        }
        return arrows
    }

    @Test func pictureShowsWhoNamesWhom() throws {
        let drawn = try PictureTests.drawn()
        let shown = drawn.values.reduce(into: Set(drawn.keys)) { $0.formUnion($1) }
        let imported = try PictureTests.imported(shown)
        #expect(imported.count > 15)
        let (seen, real) = (PictureTests.reach(drawn), PictureTests.reach(imported))
        // Duties for tests of storage; not part of what runs.
        for part in Set(real.keys).union(seen.keys).subtracting(["StorageTesting"]) {
            #expect(seen[part, default: []] == real[part, default: []], "\(part)")
        }
    }
}
