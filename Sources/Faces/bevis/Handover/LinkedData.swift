import AuditTrail
import Handover
import SignedNote
import Sodium
import Terminal

/// Exhibits and actions as CASE/UCO: a JSON-LD graph of statements that other tools of the field read.
struct LinkedData {
    private let content: Content

    init(_ content: Content) { self.content = content }

    var json: JSONValue {
        var graph: [JSONValue] = []
        for exhibit in content.exhibits { graph += nodes(exhibit) }
        var known: Set<String> = []
        for line in content.access {
            graph.append(action(line))
            if let who = line.who, known.insert(who).inserted {
                graph.append(
                    .object([
                        "@id": id("person", who), "@type": .text("uco-identity:Person"), "uco-core:name": .text(who),
                    ]))
            }
        }
        return .object(["@context": context, "@graph": .array(graph)])
    }

    // Names of terms: nothing is ever fetched from there.
    private var context: JSONValue {
        let uco = "https://ontology.unifiedcyberontology.org/uco/"
        var names: [String: JSONValue] = [
            "kb": .text("urn:bevis.example:"),
            "case-investigation": .text("https://ontology.caseontology.org/case/investigation/"),
            "xsd": .text("http://www.w3.org/2001/XMLSchema#"),
        ]
        for part in ["core", "observable", "types", "action", "identity"] {
            names["uco-" + part] = .text(uco + part + "/")
        }
        return .object(names)
    }

    /// The same name always has the same id: a UUID made of its hash.
    private func id(_ kind: String, _ name: String) -> JSONValue {
        var bytes = Array(SHA256.hash(Array((kind + "\n" + content.logKey + "\n" + name).utf8)).bytes.array.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = string(Hex.encode(bytes))
        var text = ""
        for (index, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        return .text("kb:\(kind)-\(text)")
    }

    private func nodes(_ exhibit: ExhibitPage) -> [JSONValue] {
        let name = "\(exhibit.number)"
        var file: [String: JSONValue] = [
            "@id": id("file-facet", name), "@type": .text("uco-observable:FileFacet"),
            "uco-observable:sizeInBytes": .number(Int64(clamping: exhibit.size)),
        ]
        if case .here(let path) = exhibit.original { file["uco-observable:filePath"] = .text(path) }
        if let fileName = exhibit.fileName { file["uco-observable:fileName"] = .text(fileName) }
        let hash = JSONValue.object([
            "@id": id("hash", name), "@type": .text("uco-types:Hash"),
            "uco-types:hashMethod": .text("SHA256"),
            "uco-types:hashValue": value("xsd:hexBinary", exhibit.digest),
        ])
        let data = JSONValue.object([
            "@id": id("data-facet", name), "@type": .text("uco-observable:ContentDataFacet"),
            "uco-observable:sizeInBytes": .number(Int64(clamping: exhibit.size)),
            "uco-observable:hash": .array([hash]),
        ])
        let node = JSONValue.object([
            "@id": id("file", name), "@type": .text("uco-observable:File"),
            "uco-core:hasFacet": .array([.object(file), data]),
        ])
        let record = JSONValue.object([
            "@id": id("provenance", name), "@type": .text("case-investigation:ProvenanceRecord"),
            "uco-core:description": .text(exhibit.title ?? exhibit.kind),
            "case-investigation:exhibitNumber": .text(name), "uco-core:object": .array([reference("file", name)]),
        ])
        return [node, record]
    }

    private func action(_ line: AccessLine) -> JSONValue {
        var members: [String: JSONValue] = [
            "@id": id("action", "\(line.entry)"), "@type": .text("case-investigation:InvestigativeAction"),
            "uco-core:name": .text("\(line.event)"), "uco-core:description": .text("entry \(line.entry) of the log"),
            "uco-action:startTime": value("xsd:dateTime", string(line.time.text)),
        ]
        if let who = line.who { members["uco-action:performer"] = reference("person", who) }
        let objects = content.exhibits.filter { line.numbers.contains($0.number) }
        if !objects.isEmpty { members["uco-action:object"] = .array(objects.map { reference("file", "\($0.number)") }) }
        return .object(members)
    }

    private func reference(_ kind: String, _ name: String) -> JSONValue { .object(["@id": id(kind, name)]) }

    private func value(_ type: String, _ text: String) -> JSONValue {
        .object(["@type": .text(type), "@value": .text(text)])
    }
}
