import AuditTrail
import Foundation
import Sharing
import Testing

/// The pages say what the code does: they quote the example as it is, and name everything that the code knows.
@Suite struct PageTests {
    private static let root = Example.pages.deletingLastPathComponent().deletingLastPathComponent()

    private static let pages: [String: String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Example.pages.path)) ?? []
        return names.filter { $0.hasSuffix(".md") }.reduce(into: [:]) { pages, name in
            pages[name] = try? String(contentsOf: Example.pages.appending(path: name), encoding: .utf8)
        }
    }()

    private static let all = pages.values.joined(separator: "\n")

    private func page(_ name: String) throws -> String { try #require(PageTests.pages[name]) }

    /// The Swift sources under a folder of the project.
    private static func sources(_ folder: String = "Sources") throws -> [String] {
        let start = root.appending(path: folder)
        let files = try #require(FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    private func source(_ path: String) throws -> String {
        try String(contentsOf: PageTests.root.appending(path: path), encoding: .utf8)
    }

    // MARK: Quotations

    /// Blocks of lines that are set in by four spaces.
    private static func blocks(of page: String) -> [[Substring]] {
        var blocks: [[Substring]] = []
        var block: [Substring] = []
        let lines: [Substring] = page.split(separator: "\n", omittingEmptySubsequences: false) + ["end"]
        for line in lines {
            if line.hasPrefix("    ") {
                block.append(line.dropFirst(4))
            } else if line.isEmpty, !block.isEmpty {
                block.append("")
            } else if !block.isEmpty {
                while block.last?.isEmpty == true { block.removeLast() }
                blocks.append(block)
                block = []
            }
        }
        return blocks
    }

    /// Whether quoted lines are those of a file from its beginning; a line may be cut short with an ellipsis.
    private static func quotes(_ block: [Substring], _ file: [Substring]) -> Bool {
        guard block.count <= file.count else { return false }
        return zip(block, file).allSatisfy { quoted, line in
            quoted.hasSuffix("…") ? line.hasPrefix(quoted.dropLast()) : quoted == line
        }
    }

    @Test func everyQuotedTextIsThatOfTheExample() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Example.folder.path)
        let files = try names.filter { !$0.hasSuffix(".age") }.map {
            text(try Example.read($0)).split(separator: "\n", omittingEmptySubsequences: false)
        }
        var quoted = 0
        for (name, page) in PageTests.pages {
            for block in PageTests.blocks(of: page) {
                let first = block[0]
                guard first.hasPrefix("bevis.example/") || first.hasPrefix("c2sp.org/") else { continue }
                // Hashes of tree nodes may be explained below a text, after an empty line.
                let end = block.firstIndex { $0.hasPrefix("leaf 0 ") }.map { $0 - 1 } ?? block.count
                quoted += 1
                #expect(
                    files.contains { PageTests.quotes(Array(block[..<end]), $0) },
                    "\(name): \(block.joined(separator: "\n"))")
            }
        }
        #expect(quoted >= 14)
    }

    @Test func alteredQuotationIsNoticed() throws {
        let file = text(try Example.read("grant.note")).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(PageTests.quotes(["bevis.example/grant/v1", "grant 6161…"], file))
        #expect(!PageTests.quotes(["bevis.example/grant/v1", "grant 6161"], file))
        #expect(!PageTests.quotes(["bevis.example/grant/v1", "grant 6162…"], file))
        #expect(!PageTests.quotes(file + ["more"], file))
    }

    /// Whoever computes along finds every value again.
    @Test func everyValueOnThePagesIsInTheExample() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Example.folder.path)
        let known = try names.filter { !$0.hasSuffix(".md") }.map { name in
            let file = try Example.read(name)
            return name.hasSuffix(".age") ? text(file.flatMap { bytes(String(format: "%02x", $0)) }) : text(file)
        }.joined(separator: "\n")
        var count = 0
        for (name, page) in PageTests.pages {
            for match in page.matches(of: /\b[0-9a-f]{32,}\b/) {
                count += 1
                let isKnown = known.contains(match.output)
                #expect(isKnown, "\(name): \(match.output)")
            }
        }
        #expect(count > 60)
    }

    // MARK: Completeness

    @Test func everyTypeOfTextIsDescribed() throws {
        let types = try Set(
            PageTests.sources().flatMap { $0.matches(of: /"(bevis\.example\/[a-z-]+\/v1)"/).map(\.output.1) })
        #expect(types.count > 20)
        for type in types {
            let isNamed = PageTests.all.contains(type)
            #expect(isNamed, "\(type)")
        }
    }

    @Test func everyLabelIsListed() throws {
        let labels = try Set(PageTests.sources().flatMap { $0.matches(of: /"(bevis\/v1\/[a-z-]+)"/).map(\.output.1) })
        #expect(labels.count >= 11)
        let readme = try page("README.md")
        for label in labels { #expect(readme.contains("`\(label)`"), "\(label)") }
        for match in readme.matches(of: /`(bevis\/v1\/[a-z-]+)`/) { #expect(labels.contains(match.output.1)) }
    }

    @Test func everyWordOfRecordsAndVerdictsIsListed() throws {
        let log = try page("log.md")
        for event in Event.allCases { #expect(log.contains("`\(text(event.word))`"), "\(event)") }
        let grants = try page("grants.md")
        for failure in Failure.allCases { #expect(grants.contains("`\(text(failure.wordBytes))`"), "\(failure)") }
    }

    @Test func everyFieldOfEveryTextIsNamed() throws {
        let code = try PageTests.sources("Sources/Domain").joined() + PageTests.sources("Sources/Faces/Home").joined()
        let call = /(?:writer\.(?:add|write|addOptional|addSecret)|reader\.[A-Za-z0-9]+)\(\s*"([a-z-]+)"/
        let fields = Set(code.matches(of: call).map(\.output.1))
        #expect(fields.count > 60)
        for field in fields where !field.hasPrefix("description-") && !field.hasPrefix("content-") {
            let isNamed = PageTests.all.contains("`\(field)`")
            #expect(isNamed, "\(field)")
        }
    }

    @Test func everyRouteIsListedAndNoOther() throws {
        let code = try PageTests.sources("Sources/Services/CustodianServer/Routes").joined()
        let routes = code.matches(of: /router\.(get|post)\("([^"]+)"\)/).map { match -> String in
            let parts = match.output.2.split(separator: "/").map { $0.hasPrefix(":") ? "*" : String($0) }
            return match.output.1.uppercased() + " /" + parts.joined(separator: "/")
        }
        #expect(routes.count >= 25)
        let http = try page("http.md")
        // The log's own routes are patterns of tlog-tiles.
        let listed = http.matches(of: /\| (GET|POST) `(\/v1\/[^`?]+)/).map { match -> String in
            let parts = match.output.2.split(separator: "/").map { $0.allSatisfy(\.isUppercase) ? "*" : String($0) }
            return String(match.output.1) + " /" + parts.joined(separator: "/")
        }
        #expect(Set(listed) == Set(routes.filter { $0.contains("/v1/") }), "listed and routed")
        for path in ["/checkpoint", "/tile/L/N[.p/W]", "/tile/entries/N[.p/W]"] { #expect(http.contains("`\(path)`")) }
    }

    @Test func everyMemberAndEveryCodeOfAnAnswerIsNamed() throws {
        let http = try page("http.md")
        let messages = try source("Sources/Services/CustodianProtocol/Messages.swift")
        let members = Set(messages.matches(of: /public var ([A-Za-z]+):/).map(\.output.1))
        #expect(members.count > 30)
        for member in members {
            let isNamed = http.contains("`\(member)`") || http.contains("\"\(member)\"")
            #expect(isNamed, "\(member)")
        }
        let codes = try source("Sources/Custody/Custodian/CustodianError.swift").matches(
            of: /\n        case ([A-Za-z]+)/)
        #expect(codes.count >= 9)
        for code in codes {
            let isNamed = http.contains("`\(code.output.1)`")
            #expect(isNamed, "\(code.output.1)")
        }
    }

    @Test func everyTableAndFolderIsListed() throws {
        let folder = try page("folder.md")
        let tables = try source("Sources/Custody/StorageSQLite/Schema.swift").matches(of: /CREATE TABLE ([a-z_]+)/)
        #expect(tables.count >= 10)
        for table in tables { #expect(folder.contains("| `\(table.output.1)` |"), "\(table.output.1)") }
        for name in ["objects", "staging", "secrets", "keys", "log"] {
            #expect(folder.contains("`\(name)/"), "\(name)")
        }
        let keys = try PageTests.sources("Sources/Custody/Custodian").joined()
            .matches(of: /(?:read|write|keep|secret|signer|load)[A-Za-z]*\([^)\n]*"([a-z]+-[a-z]+)"/)
        for key in keys { #expect(folder.contains("keys/\(key.output.1)"), "\(key.output.1)") }
    }
}
