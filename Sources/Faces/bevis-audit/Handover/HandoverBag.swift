import AuditTrail
import SignedNote
import Sodium
import Terminal

/// The BagIt side of a handover folder: manifests that name every file once, and the hashes that they give.
struct HandoverBag {
    private static let tags = [
        HandoverLayout.bagInfo, HandoverLayout.bag, HandoverLayout.index, HandoverLayout.manifest,
    ].map { String(decoding: $0, as: UTF8.self) }
    private static let manifest = String(decoding: HandoverLayout.manifest, as: UTF8.self)
    private static let tagManifest = String(decoding: HandoverLayout.tagManifest, as: UTF8.self)
    private static let note = String(decoding: HandoverLayout.note, as: UTF8.self)
    private static let declaration = Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)

    private let faults: HandoverFaults
    /// Hashes of the files that a manifest names, computed.
    private(set) var digests: [String: Digest] = [:]
    /// Files that the owner's signature binds.
    private(set) var bound: Set<String> = []

    /// Checks all files against the manifests, and the tag manifest against the note; sets aside what does not belong.
    init(_ files: inout HandoverFiles, boundTo signed: Digest?, _ faults: HandoverFaults) throws(CommandFailure) {
        self.faults = faults
        let tags = try files.read(HandoverBag.tagManifest, limit: HandoverFiles.longestManifest)
        let payload = try files.read(HandoverBag.manifest, limit: HandoverFiles.longestManifest)
        var isTrusted = false
        if let tags {
            isTrusted = signed == SHA256.hash(tags)
            if signed != nil, !isTrusted {
                faults.altered(HandoverBag.tagManifest, "is not the one that the owner signed")
            }
            let lines = named(by: HandoverBag.tagManifest, tags, beside: "")
            try check(lines, files) { HandoverBag.tags.contains($0) }
            for tag in HandoverBag.tags where !files.contains(tag) { faults.missing(tag) }
            if isTrusted { bound.formUnion(lines.map(\.0) + [HandoverBag.tagManifest]) }
            isTrusted = isTrusted && lines.contains { $0.0 == HandoverBag.manifest && $0.1 == payload.map(SHA256.hash) }
        }
        if let payload {
            let lines = named(by: HandoverBag.manifest, payload, beside: "data/")
            try check(lines, files) { $0.hasPrefix("data/") }
            if isTrusted { bound.formUnion(lines.map(\.0)) }
        }
        if let bytes = try files.read("bagit.txt"), bytes != HandoverBag.declaration {
            faults.altered("bagit.txt", "is not what a bag of this kind begins with")
        }
        setAside(&files, isWhole: isTrusted && payload != nil)
    }

    /// What no manifest names does not belong, where both are the owner's; elsewhere, what no handover has.
    private func setAside(_ files: inout HandoverFiles, isWhole: Bool) {
        let beside = Set(HandoverBag.tags + [HandoverBag.tagManifest, HandoverBag.note])
        for place in files.sizes.keys.sorted() where place != HandoverBag.note {
            let isKnown = place.hasPrefix("data/") ? HandoverCheck.isKnown(place) : beside.contains(place)
            if !isKnown || isWhole && !bound.contains(place) { files.setAside(place) }
        }
    }

    /// The lines of a manifest: paths within the folder, in order, each once.
    private func named(by manifest: String, _ bytes: [UInt8], beside folder: String) -> [(String, Digest)] {
        var named: [(String, Digest)] = []
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.last?.isEmpty == true else {
            faults.altered(manifest, "does not end with a whole line")
            return []
        }
        for (number, line) in lines.dropLast().enumerated() {
            guard line.count > 66, line.dropFirst(64).prefix(2).elementsEqual([0x20, 0x20]),
                let digest = try? Digest(hex: line.prefix(64)), let place = HandoverBag.path(line.dropFirst(66)),
                place.hasPrefix(folder)
            else {
                faults.altered(manifest, "has a line \(number + 1) that is not a hash and a path in this folder")
                continue
            }
            if let last = named.last, !last.0.utf8.lexicographicallyPrecedes(place.utf8) {
                faults.altered(manifest, "names \(Escaped.quoted(place)) twice or out of order")
            }
            named.append((place, digest))
        }
        return named
    }

    /// A path of plain characters that stays in the folder; `nil` for any other.
    static func path(_ bytes: some Collection<UInt8>) -> String? {
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C && $0 != 0x25 }) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } ? nil : text
    }

    private mutating func check(
        _ named: [(String, Digest)], _ files: HandoverFiles, covers: (String) -> Bool
    ) throws(CommandFailure) {
        for (place, digest) in named {
            guard covers(place) else {
                faults.altered(place, "is named by a manifest that is not for it")
                continue
            }
            guard files.contains(place) else {
                faults.missing(place)
                continue
            }
            let found = try files.digest(of: place)
            digests[place] = found
            if found != digest { faults.altered(place, "was altered: its SHA-256 is not the one in the manifest") }
        }
    }
}
