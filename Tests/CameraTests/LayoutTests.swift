import Camera
import SignedNote
import Testing

/// Times in the names of cameras' files: known answers, and names that only look like them.
@Suite struct LayoutTests {
    private func captured(_ path: String, _ layout: FolderLayout, _ zone: String? = "UTC") throws -> String {
        let zone = try zone.map { try #require(CameraZone($0)) }
        switch CaptureTime(of: Array(path.utf8), layout: layout, zone: zone) {
        case .stated(let moment): return String(decoding: moment.text, as: UTF8.self)
        case .unknown(let reason): return reason
        }
    }

    @Test(arguments: [
        ("2026-11-22/18/hall/04.05.mp4", FolderLayout.frigate, "2026-11-22T18:04:05Z"),
        ("recordings/2024-02-29/00/front_door/59.59.mp4", .frigate, "2024-02-29T00:59:59Z"),
        ("2026/11/22/Hallway_00_20261122180405.mp4", .reolink, "2026-11-22T18:04:05Z"),
        ("cam/2026/11/22/Hall_way_01_20261122000000.jpg", .reolink, "2026-11-22T00:00:00Z"),
        ("2019-05-09/001/dav/21/21.04.49-21.05.14[M][0@0][0].mp4", .dahua, "2019-05-09T21:04:49Z"),
        ("AMC0028V/2018-02-25/001/dav/18/18.15.48-18.16.11[R][0@0][0].dav", .dahua, "2018-02-25T18:15:48Z"),
        ("2019-05-09/001/jpg/06/07/27[M][0@0][0].jpg", .dahua, "2019-05-09T06:07:27Z"),
        ("192.168.1.64_01_20170428152734906_MOTION_DETECTION.jpg", .hikvision, "2017-04-28T15:27:34Z"),
        ("a/S 10.4.100.111_01_20150619045051383_TIMING.jpg", .hikvision, "2015-06-19T04:50:51Z"),
        ("20261122180405.mp4", .motion, "2026-11-22T18:04:05Z"),
        ("01-20261122180405-00.jpg", .motion, "2026-11-22T18:04:05Z"),
    ])
    func nameThatFitsIsRead(path: String, layout: FolderLayout, expected: String) throws {
        #expect(try captured(path, layout) == expected)
    }

    @Test(arguments: [
        ("2026-11-22/18/04.05.mp4", FolderLayout.frigate), ("2026-11-22/18/hall/4.05.mp4", .frigate),
        ("2026-11-22/24/hall/04.05.mp4", .frigate), ("2026-02-30/18/hall/04.05.mp4", .frigate),
        ("2026-11-22/18/hall/04.60.mp4", .frigate), ("2026-11-22/18/hall/04.05", .frigate),
        ("2026-11-22/18/hall/04.05.06.mp4", .frigate), ("2026-1-22/18/hall/04.05.mp4", .frigate),
        ("2026-11-22/18//04.05.mp4", .frigate), ("2026/11/22/Hallway_00_20261122180405.mp4", .frigate),
        ("2026/11/21/Hallway_00_20261122180405.mp4", .reolink), ("Hallway_00_20261122180405.mp4", .reolink),
        ("2026/11/22/Hallway_20261122180405.mp4", .reolink), ("2026/11/22/H_00_2026112218040.mp4", .reolink),
        ("2026/11/22/H_00_20261122186005.mp4", .reolink), ("2026/11/22/H_00_20261122180405.", .reolink),
        ("2019-05-09/001/dav/20/21.04.49-21.05.14[M][0@0][0].mp4", .dahua),
        ("2019-05-09/001/dav/21/21.04.49[M][0@0][0].mp4", .dahua),
        ("2019-05-09/001/dav/21/21.04.49-21.05.14.mp4", .dahua), ("001/dav/21/21.04.49-21.05.14[M].mp4", .dahua),
        ("2019-05-09/001/jpg/06/07/271[M][0@0][0].jpg", .dahua),
        ("192.168.1.64_01_20170428152734_TIMING.jpg", .hikvision),
        ("20170428152734906_01_20170428152734906_TIMING.jpg", .hikvision),
        ("192.168.1.64_01_20170428152734906.jpg", .hikvision), ("_20170428152734906_TIMING.jpg", .hikvision),
        ("2026112218040.mp4", .motion), ("clip-20261122180405.mp4", .motion), ("20261322180405.mp4", .motion),
        ("20261122180405-20261122180405.mp4", .motion), ("20261122180405.mp4/", .motion), ("", .motion),
        ("2026-11-22/18/hall/\u{0664}\u{0664}.05.mp4", .frigate),
    ])
    func nameThatDoesNotFitGivesNoTime(path: String, layout: FolderLayout) throws {
        #expect(try captured(path, layout) == "the name does not fit the layout \(layout.rawValue)")
    }

    @Test func frigateIsUTCWhateverZoneIsNamed() throws {
        for zone in ["Europe/Copenhagen", "-05:00", nil] {
            #expect(try captured("2026-07-01/12/hall/00.00.mp4", .frigate, zone) == "2026-07-01T12:00:00Z")
        }
    }

    @Test func zoneMovesTheMomentBySummerAndWinterTime() throws {
        #expect(try captured("20260701120000.mp4", .motion, "Europe/Copenhagen") == "2026-07-01T10:00:00Z")
        #expect(try captured("20261201120000.mp4", .motion, "Europe/Copenhagen") == "2026-12-01T11:00:00Z")
        #expect(try captured("20260701120000.mp4", .motion, "+01:00") == "2026-07-01T11:00:00Z")
        #expect(try captured("20260701120000.mp4", .motion, "-09:30") == "2026-07-01T21:30:00Z")
    }

    @Test func timeThatClocksSkipOrShowTwiceGivesNoMoment() throws {
        let skipped = try captured("20260329023000.mp4", .motion, "Europe/Copenhagen")
        #expect(skipped == "the name holds a time that clocks in Europe/Copenhagen skip")
        let twice = try captured("20261025023000.mp4", .motion, "Europe/Copenhagen")
        #expect(twice == "the name holds a time that clocks in Europe/Copenhagen show twice")
        for (path, expected) in [
            ("20260329015959.mp4", "2026-03-29T00:59:59Z"), ("20260329030000.mp4", "2026-03-29T01:00:00Z"),
            ("20261025015959.mp4", "2026-10-24T23:59:59Z"), ("20261025030000.mp4", "2026-10-25T02:00:00Z"),
        ] {
            #expect(try captured(path, .motion, "Europe/Copenhagen") == expected)
        }
    }

    @Test func zoneOrLayoutThatIsNotNamedGivesNoTime() throws {
        #expect(try captured("20261122180405.mp4", .motion, nil) == "no time zone was named")
        #expect(try captured("20261122180405.mp4", .none) == "no layout was named")
    }

    @Test(arguments: ["Europe", "CET", "local", "+1:00", "+15:00", "+00:60", "Europe/Nowhere", "", "utc"])
    func zoneThatIsNotOneIsRefused(name: String) {
        #expect(CameraZone(name) == nil)
    }
}
