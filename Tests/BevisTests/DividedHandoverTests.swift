import AuditTrail
import Foundation
import Sharing
import SignedNote
import Testing

/// A handover in several folders of items that came into a standing grant later and were opened by a member of a unit:
/// both checkers, on each folder and on all of them together.
@Suite struct DividedHandoverTests {
    /// Three folders in `out`, and the folder with the trusted keys beside it.
    private func divided() async throws -> Sandbox {
        let world = try await World.copy()
        try await world.prepare(
            "politi", "issuer", "unit", "politi", "team4", "--name", "Hold 4", "--role", "police", "--organisation",
            "Politi", "-o", "team4.card")
        try await world.prepare("politi", "issuer", "member", "politi", "team4", "mads.card", "-o", "mads.member")
        try await world.prepare("mads", "card", "join", "mads.member")
        let grant = try await world.given(["--standing", "--to", "team4.card", "--purpose", "Fast kontakt"])
        for number in 1...3 {
            try world.write("clip\(number).bin", [UInt8](repeating: UInt8(number), count: 700_000))
        }
        try await world.prepare("signe", "add", "clip1.bin", "clip2.bin", "clip3.bin")
        for item in ["4", "5", "6"] {
            try await world.prepare("mads", "open", item, "--grant", grant, "--purpose", "Brud", "-o", "opened" + item)
        }
        try await world.prepare("signe", "order", "add", "tilhold", "--served", "2026-09-01")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Stod der", "--when", "2026-11-12 22:15", "--breach", "possible",
            "--evidence", "4", "--evidence", "5", "--evidence", "6")
        let check = try await world.bevis("signe", "handover", "--order", "1", "--check", "--json")
        let found = try check.json() as? [[String: Any]] ?? []
        let answers = found.compactMap { $0["code"] as? String }.flatMap { ["--confirm", $0] }
        let written = try await world.bevis(
            "signe", ["handover", "--order", "1", "--out", "out", "--split", "1MB"] + answers)
        guard written.status == 0 else { throw CommandError(description: written.err) }
        return world
    }

    private func check(_ world: Sandbox, _ folder: String = "out") async throws -> (audit: Outcome, python: Outcome) {
        let key = try HandedOver(world: world).trustedLog()
        let command = Command(folder: world.folder)
        return (
            try await command.run(["bevis-audit", "verify-handover", folder, "--keys", "Keys"]),
            try await command.run(["python3", HandedOver.checker, folder, "--log", key])
        )
    }

    private func expect(_ world: Sandbox, _ status: Int32, _ audit: String, _ python: String) async throws {
        let checked = try await check(world)
        #expect(checked.audit.status == status, "\(checked.audit.out)\(checked.audit.err)")
        #expect(checked.audit.out.contains(audit), "\(checked.audit.out)")
        #expect(checked.python.status == status, "\(checked.python.out)\(checked.python.err)")
        #expect(checked.python.out.contains(python), "\(checked.python.out)")
    }

    @Test func allFoldersTogetherHoldAndProveWhatTheUnitDid() async throws {
        let world = try await divided()
        try await expect(
            world, 0, "holds: all 3 folders of the handover are here, 5 originals unchanged since they were taken in\n",
            "\nall 3 folders of the handover are here\nholds\n")
        for number in 1...3 {
            let (audit, python) = try await check(world, "out/\(number)")
            #expect(audit.status == 0 && python.status == 0, "\(audit.out)\(python.out)")
            #expect(audit.out.contains("\nfolder \(number) of 3: whether the others are there, "), "\(audit.out)")
            #expect(python.out.contains("folder \(number) of 3"), "\(python.out)")
        }
        let records = try world.names(in: "out/1/data/custody/log").filter { $0.hasSuffix(".record") }.map {
            try Record(parsing: try world.read("out/1/data/custody/log/" + $0))
        }
        #expect(records.contains { $0.event == .extended } && records.contains { $0.event == .opened })
        let page = String(decoding: try world.read("out/1/index.html"), as: UTF8.self)
        #expect(page.contains("Mads Krag") && page.contains("access extended"), "\(page)")
    }

    @Test func folderThatIsMissingAlteredOrOfAnotherHandoverIsFound() async throws {
        let world = try await divided()
        let files = FileManager.default
        try world.write("out/2/.DS_Store", [1])
        try world.write("out/Thumbs.db", [1])
        try await expect(world, 0, "left by a computer's system: Thumbs.db\n", "\nholds\n")
        try world.write("out/letter.pdf", [1])
        try await expect(
            world, 1, "  letter.pdf: does not belong to the handover\n",
            "  'letter.pdf': does not belong to the handover\n")
        try files.removeItem(atPath: world.path("out/letter.pdf"))

        try files.moveItem(atPath: world.path("out/2"), toPath: world.path("second"))
        try await expect(
            world, 4, "incomplete: 2 of 3 folders of the handover are here\n", "  folder 2 of 3 is missing\n")
        try files.copyItem(atPath: world.path("out/1"), toPath: world.path("out/2"))
        try await expect(world, 1, "  folder 1 is there more than once\n", "or one of them is there twice\n")
        try files.removeItem(atPath: world.path("out/2"))
        // It may have another name, as on a stick of its own.
        try files.moveItem(atPath: world.path("second"), toPath: world.path("out/stick"))
        try await expect(world, 0, "holds: all 3 folders", "\nholds\n")
        try world.write("out/stick/data/exhibits/002-clip2.bin.data", [1])
        try await expect(world, 1, "altered: do not rely on these folders\n", "altered: do not rely on this folder\n")
    }
}
