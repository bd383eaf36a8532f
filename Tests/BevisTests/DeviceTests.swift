import Foundation
import Glibc
import Sodium
import Testing

extension Sandbox {
    /// Makes a device on the box `box` and pairs it with Signe's case; returns what both screens showed.
    @discardableResult
    func pair(_ device: String = "hall", on box: String = "box") async throws -> String {
        try await prepare(box, "device", "create", device, "--name", "Gangen", "-o", "\(device).device")
        let paired = try await prepare("signe", "device", "pair", "\(device).device", "-o", "\(device).pairing")
        guard let shown = paired.err.firstMatch(of: /has to show this: ([0-9a-f]{4}( [0-9a-f]{4}){3})\n/) else {
            throw CommandError(description: "no fingerprint: \(paired.err)")
        }
        try await prepare(box, "device", "accept", "\(device).pairing", "--fingerprint", String(shown.1))
        return String(shown.1)
    }

    /// Takes in once what lies in the folder `cam`.
    func watchOnce(_ more: String..., on box: String = "box") async throws -> Outcome {
        try await bevis(
            box, ["watch", "cam", "--layout", "frigate", "--settle", "0s", "--once"] + more)
    }

    /// Puts a small film that no other is equal to: the hallway's, with a box of free space that every player skips.
    @discardableResult
    func film(_ name: String, _ number: UInt32) throws -> [UInt8] {
        let filler = (0..<64).map { UInt8(truncatingIfNeeded: number >> (8 * ($0 % 4))) ^ UInt8($0) }
        let bytes = try World.original(3) + [0, 0, 0, 72] + Array("free".utf8) + filler
        try putFilm(name, bytes)
        return bytes
    }

    func putFilm(_ name: String, _ bytes: [UInt8]) throws {
        let path = "cam/" + name
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        try FileManager.default.createDirectory(atPath: self.path(folder), withIntermediateDirectories: true)
        // Closed in children: a command that another test starts would keep the file open for writing.
        let file = open(self.path(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count, close(file) == 0 else {
            throw CommandError(description: "\(name) cannot be written")
        }
    }

    /// Signe's items beyond the first three, as the list tells of them.
    func added() async throws -> [[String: Any]] {
        let list = try await prepare("signe", "list", "--json")
        return Array((try list.json() as? [[String: Any]] ?? []).dropFirst(3))
    }
}

/// A camera's box: paired, it adds and reads nothing.
@Suite struct DeviceTests {
    private func hash(_ bytes: [UInt8]) -> String { String(decoding: SHA256.hash(bytes).hex, as: UTF8.self) }

    @Test func pairedDeviceAddsAttestedClipsThatTheOwnerOpens() async throws {
        let world = try await World.copy()
        try await world.pair()
        let film = try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        try world.putFilm("2026-11-22/odd name.mp4", try World.original(3))
        let watched = try await world.watchOnce()
        #expect(watched.status == 0, "\(watched.err)")
        #expect(
            watched.out.contains(/taken '2026-11-22\/18\/hall\/04.05.mp4': number 0, entry [0-9]+ of the log\n/),
            "\(watched.out)")
        #expect(
            watched.out.contains(
                /number 1, entry [0-9]+ of the log; no time captured: the name does not fit the layout frigate\n/))
        let items = try await world.added()
        #expect(items.count == 2)
        #expect(items.map { $0["sha256"] as? String } == [hash(film), hash(try World.original(3))])
        #expect(items.first?["captured"] as? String == "2026-11-22T18:04:05Z")
        #expect(items.last?["captured"] is NSNull)
        #expect(items.allSatisfy { $0["attested"] as? Bool == true })
        let opened = try await world.bevis("signe", "open", "4", "-o", "-")
        #expect(opened.outBytes == film)
        let log = try await world.bevis("signe", "log")
        #expect(log.outLines.contains { $0.hasSuffix("  item-added  Gangen  '2026-11-22/odd name.mp4'") }, "\(log.out)")
        #expect(!log.out.contains("heartbeat"))
        let whole = try await world.bevis("signe", "log", "--heartbeats")
        #expect(whole.outLines.count { $0.contains("  heartbeat  Gangen") } == 1, "\(whole.out)")
        let shown = try await world.bevis("signe", "show", "5")
        #expect(shown.out.contains("Time captured: not known, for the name does not fit the layout frigate."))
    }

    @Test func deviceReadsNothing() async throws {
        let world = try await World.copy()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        for words in [
            ["list"], ["open", "1", "-o", "x"], ["show", "1"], ["log"], ["take", "--out", "all"],
            ["grant", "1", "--to", "mads.card", "--purpose", "x"], ["completeness", "hall"], ["device", "list"],
        ] {
            let refused = try await world.bevis("box", words)
            #expect(refused.status == 3, "\(words)")
            #expect(refused.err.hasPrefix("bevis: there is no identity in "), "\(refused.err)")
        }
        #expect(!world.exists("x") && !world.exists("all"))
        // Nothing on the box opens anything, and what it keeps of the clips are names and hashes.
        let files = try await world.tool("grep", "-rlaE", "AGE-SECRET-KEY-|ftypisom", "h-box")
        #expect(files.status == 1 && files.out.isEmpty, "\(files.out)")
        let key = try #require(
            try FileManager.default.attributesOfItem(atPath: world.path("h-box/devices/hall/key"))[.posixPermissions]
                as? Int)
        #expect(key == 0o600)
    }

    @Test func deviceThatMakesItselfAPersonStillSeesNothingOfTheCase() async throws {
        let world = try await World.copy()
        try await world.pair()
        try await world.prepare("box", "identity", "create", "--name", "Gangen")
        let list = try await world.bevis("box", "list")
        #expect(list.status == 3)
        #expect(list.err.hasPrefix("bevis: you have no case in this vault\n"), "\(list.err)")
        let held = try await world.bevis("box", "grants")
        #expect(held.out == "nothing is lent to you\n")
        let grant = try await world.bevis("box", "grant", "1", "--to", "mads.card", "--purpose", "x")
        #expect(grant.status == 3)
    }

    @Test func withdrawnDeviceIsRefusedAndWhatItAddedStaysAttested() async throws {
        let world = try await World.copy()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        let withdrawn = try await world.bevis("signe", "device", "withdraw", "Gangen")
        #expect(withdrawn.status == 0, "\(withdrawn.err)")
        #expect(withdrawn.out.contains(/^Gangen adds nothing more to case [0-9a-f]{12}: entry [0-9]+ of the log\n$/))
        try world.film("2026-11-22/18/hall/05.05.mp4", 2)
        let refused = try await world.watchOnce()
        #expect(refused.status == 1)
        #expect(
            refused.err.contains("refused: this device is none of the case"), "\(refused.err)")
        #expect(try await world.added().map { $0["attested"] as? Bool } == [true])
        let again = try await world.bevis("signe", "device", "withdraw", "Gangen")
        #expect(again.status == 1)
        #expect(again.err == "bevis: Gangen does not add to this case\n  bevis device list\n")
    }

    @Test func otherPairingThanTheOneOnTheOwnersScreenIsRefused() async throws {
        let world = try await World.copy()
        let shown = try await world.pair()
        // The same device, paired by somebody else for a case of his own.
        try await world.prepare("drift", "case", "create", "--title", "Fremmed")
        let foreign = try await world.prepare("drift", "device", "pair", "hall.device", "-o", "foreign.pairing")
        let other = try #require(foreign.err.firstMatch(of: /has to show this: (.*)\n/)).1
        #expect(other != shown)
        let swapped = try await world.bevis("box", "device", "accept", "foreign.pairing", "--fingerprint", shown)
        #expect(swapped.status == 1)
        #expect(
            swapped.err.hasPrefix("bevis: this device records for another case, or another owner's key, already\n"),
            "\(swapped.err)")
        // A device that keeps to nobody yet is protected by the comparison alone.
        try await world.prepare("box2", "device", "create", "hall", "-o", "second.device")
        let own = try await world.prepare("signe", "device", "pair", "second.device", "-o", "second.pairing")
        let right = String(try #require(own.err.firstMatch(of: /has to show this: (.*)\n/)).1)
        try await world.prepare("drift", "device", "pair", "second.device", "-o", "foreign2.pairing")
        let wrong = try await world.bevis("box2", "device", "accept", "foreign2.pairing", "--fingerprint", right)
        #expect(wrong.status == 1)
        #expect(wrong.err.contains("it is not the one on the owner's screen"), "\(wrong.err)")
        let nobody = try await world.bevis("box2", "watch", "cam", "--layout", "none", "--once")
        #expect(nobody.status == 1)
        #expect(nobody.err.hasPrefix("bevis: the device 'hall' is not paired yet\n"))
        #expect(try await world.bevis("box2", "device", "accept", "second.pairing", "--fingerprint", right).status == 0)
    }

    @Test func pairingThatWasAlteredOrIsAnotherBoxesIsRefused() async throws {
        let world = try await World.copy()
        let shown = try await world.pair()
        let text = String(decoding: try world.read("hall.pairing"), as: UTF8.self)
        let altered = text.replacingOccurrences(of: "address ", with: "address x")
        #expect(altered != text)
        try world.write("altered.pairing", Array(altered.utf8))
        let refused = try await world.bevis("box", "device", "accept", "altered.pairing", "--fingerprint", shown)
        #expect(refused.status == 1)
        #expect(refused.err.hasPrefix("bevis: 'altered.pairing' is not a pairing signed by a case's owner\n"))
        try await world.prepare("box2", "device", "create", "door", "-o", "door.device")
        let foreign = try await world.bevis("box2", "device", "accept", "hall.pairing", "--fingerprint", shown)
        #expect(foreign.status == 1)
        #expect(foreign.err.hasPrefix("bevis: the pairing is for another device than this box's\n"), "\(foreign.err)")
        let person = try await world.bevis("signe", "device", "pair", "revisor.card")
        #expect(person.status == 1)
        #expect(person.err.hasPrefix("bevis: 'revisor.card' is not a card signed by its device\n"))
    }

    @Test func keyThatOthersMayReadIsRefused() async throws {
        let world = try await World.copy()
        try await world.pair()
        #expect(chmod(world.path("h-box/devices/hall/key"), 0o644) == 0)
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        let refused = try await world.watchOnce()
        #expect(refused.status == 1)
        #expect(refused.err.contains("others may read the device's key; close it to them (chmod 600)"))
    }

    @Test func listShowsLastSignOfLifeAndSilenceIsTold() async throws {
        let world = try await World.copy()
        try await world.prepare("box", "device", "create", "hall", "--name", "Gangen", "-o", "hall.device")
        try await world.prepare("signe", "device", "pair", "hall.device", "-o", "hall.pairing")
        let never = try await world.bevis("signe", "list")
        #expect(never.err.hasPrefix("warning: Gangen has never been heard of\nreminder: Gangen: its clock was never"))
        let text = try await world.bevis("signe", "device", "list")
        #expect(text.out.contains(/^[0-9a-f]{12}  Gangen  never heard of\n$/), "\(text.out)")
        try await world.pair("hall2", on: "box2")
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce(on: "box2").status == 0)
        let list = try #require(
            try await world.prepare("signe", "device", "list", "--json").json() as? [[String: Any]])
        #expect(list.count == 2)
        let heard = try #require(list.last)
        #expect(heard["silent"] as? Bool == false)
        #expect(heard["taken"] as? Int == 1)
        #expect(heard["waiting"] as? Int == 0)
        #expect(heard["warnings"] as? [String] == [])
        #expect(list.first?["silent"] as? Bool == true)
    }
}

/// Checks of a device's clock: items of their own, and corrected times beside the camera's.
@Suite struct DeviceClockTests {
    @Test func correctedTimeStandsBesideTheCamerasOwnWithItsBasis() async throws {
        let world = try await World.copy()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        let before = try await world.bevis("signe", "list")
        #expect(!before.out.contains("corrected"))
        #expect(before.err.contains("reminder: Gangen: its clock was never checked"))
        for (reads, reference) in [
            ("2026-11-22T12:00:10Z", "2026-11-22T12:00:00Z"), ("2026-11-23T00:00:30Z", "2026-11-23T00:00:00Z"),
        ] {
            let checked = try await world.bevis(
                "signe", "device", "clock", "Gangen", "--reads", reads, "--reference", reference, "--source",
                "telefon", "--photo", World.media + "/hallway.jpg")
            #expect(checked.status == 0, "\(checked.err)")
        }
        let list = try await world.bevis("signe", "list")
        #expect(list.out.contains("2026-11-22 18:04 UTC"))
        #expect(
            list.out.contains(
                "corrected: 2026-11-22 18:03:45 UTC (even drift between the checks of 2026-11-22 (clock +10 s) and 2026-11-23 (clock +30 s))"
            ), "\(list.out)")
        let shown = try await world.bevis("signe", "show", "4", "--json")
        let facts = try #require(try shown.json() as? [String: Any])
        #expect(facts["captured"] as? String == "2026-11-22T18:04:05Z")
        let corrected = try #require(facts["corrected"] as? [String: Any])
        #expect(corrected["earliest"] as? String == "2026-11-22T18:03:45Z")
        let checks = try #require(
            try await world.prepare("signe", "device", "clock", "Gangen", "--json").json() as? [[String: Any]])
        #expect(checks.map { $0["offset_seconds"] as? Int } == [10, 30])
        #expect(checks.allSatisfy { ($0["photo"] as? String)?.count == 64 })
    }

    @Test func checkThatIsNotWholeIsAUsageError() async throws {
        let world = try await World.copy()
        let refused = try await world.bevis("signe", "device", "clock", "Gangen", "--reads", "2026-11-22T12:00:10Z")
        #expect(refused.status == 2)
        #expect(refused.err.contains("give --reads, --reference and --source together"), "\(refused.err)")
    }

    @Test func deviceCannotCorrectItsOwnTimes() async throws {
        let world = try await World.copy()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        // A text like a check's, handed in by the box as a clip: it is footage or other, never a check.
        try world.putFilm("check", Array("bevis.example/clock-check/v1\n".utf8))
        #expect(try await world.watchOnce().status == 0)
        let list = try await world.bevis("signe", "list")
        #expect(list.status == 0 && !list.out.contains("corrected"))
    }
}
