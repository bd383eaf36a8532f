import Foundation
import Testing

/// The story of the demo, word for word: keep, lend, open, refuse, look.
@Suite struct StoryTests {
    @Test func recipientGetsTheSameBytesAndTheOwnerSeesIt() async throws {
        let world = try await World.copy()
        let list = try await world.bevis("signe", "list")
        #expect(list.status == 0)
        for (line, name) in zip(list.outLines, World.files) { #expect(line.hasSuffix("UTC  \(name)"), "\(line)") }
        #expect(list.outLines.count == 3)

        let grant = try await world.lend(["1", "3"], ["--journal-required"])
        let first = try await world.bevis(
            "mads", "open", "1", "--grant", grant, "--purpose", "Brud", "--journal", "0100-77", "-o", "a.pdf")
        #expect(first.status == 0, "\(first.err)")
        #expect(first.err.contains(/opened [0-9a-f]{12}: entry [0-9]+ of the log/))
        #expect(try world.read("a.pdf") == World.original(1))
        let second = try await world.bevis(
            "mads", "open", "2", "--grant", grant, "--purpose", "Brud", "--journal", "0100-77", "-o", "b.mp4")
        #expect(second.status == 0, "\(second.err)")
        #expect(try world.read("b.mp4") == World.original(3))

        let refused = try await world.bevis(
            "mads", "open", "1", "--grant", grant, "--purpose", "Nysgerrighed", "-o", "c.pdf")
        #expect(refused.status == 1)
        #expect(
            refused.err.contains(
                /^bevis: refused: the grant demands a journal number \(the refusal is entry [0-9]+ of the log\)\n$/))
        #expect(!world.exists("c.pdf"))

        let log = try await world.bevis("signe", "log")
        #expect(log.status == 0)
        let opened = log.outLines.filter { $0.contains("  opened  ") }
        #expect(opened.count == 2, "\(log.out)")
        for (line, name) in zip(opened, ["statement.pdf", "hallway.mp4"]) {
            #expect(
                line.hasSuffix(
                    "  opened  Mads Krag (police, Politi)  '\(name)'  for: Brud  journal 0100-77  grant \(grant)"
                        + line.suffix(4)), "\(line)")
        }
        let refusals = log.outLines.filter { $0.contains("  refused  ") }
        #expect(refusals.count == 1)
        #expect(refusals.first?.contains("'statement.pdf'  for: Nysgerrighed  grant \(grant)") == true)
        #expect(refusals.first?.hasSuffix("  because the grant demands a journal number") == true)
        #expect(
            log.err.contains(/checked against the log of [0-9]+ entries, continuing what was seen before/), "\(log.err)"
        )
    }

    @Test func strangerForgedCardAndUnsignedCardAreRefused() async throws {
        let world = try await World.copy()
        // Cards are known by their text: this has to come before Mads's signed card is registered.
        let unsigned = try await world.bevis("signe", "grant", "1", "--to", "mads.request", "--purpose", "Brud")
        #expect(unsigned.status == 1)
        let words = "the card speaks for an organisation, but no issuer that this vault trusts has signed it"
        #expect(unsigned.err == "bevis: refused: \(words)\n")

        let grant = try await world.lend(["1"])
        let stranger = try await world.bevis(
            "nina", "open", "1", "--grant", grant, "--purpose", "Nysgerrighed", "-o", "x")
        #expect(stranger.status == 1)
        #expect(stranger.err == "bevis: you hold no such grant\n  see: bevis grants\n")
        #expect(!world.exists("x"))

        let text = String(decoding: try world.read("nina.request"), as: UTF8.self)
        let forged = text.replacingOccurrences(of: "Nina Dahl", with: "Mads Krag")
        #expect(forged != text)
        try world.write("forged.card", Array(forged.utf8))
        let lent = try await world.bevis("signe", "grant", "1", "--to", "forged.card", "--purpose", "Brud")
        #expect(lent.status == 1)
        #expect(
            lent.err
                == "bevis: 'forged.card' is not a card signed by its holder\n"
                + "  ask for it again: bevis card show > FILE\n")
    }

    @Test func revokedGrantIsRefusedAndRevokingTwiceToo() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        let revoked = try await world.bevis("signe", "revoke", grant, "--reason", "Ikke mere")
        #expect(revoked.status == 0)
        #expect(
            revoked.out.contains(
                /^revoked: entry [0-9]+ of the log. What was opened before cannot be taken back.\n$/))
        let opened = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Igen", "-o", "x")
        #expect(opened.status == 1)
        #expect(
            opened.err.contains(
                /^since you last looked: revoked .* by somebody else \(entry [0-9]+ of the log\)\nbevis: refused: the grant was revoked \(the refusal is entry [0-9]+ of the log\)\n$/
            ),
            "\(opened.err)")
        let again = try await world.bevis("signe", "revoke", grant)
        #expect(again.status == 1)
        #expect(
            again.err.contains(/^bevis: the grant was revoked already\n  see when: bevis log --grant [0-9a-f]{12}\n$/),
            "\(again.err)")
    }
}
