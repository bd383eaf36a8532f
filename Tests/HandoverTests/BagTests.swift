import Handover
import Sodium
import Testing

@Suite struct BagTests {
    private func digest(_ text: String) -> Digest { SHA256.hash(Array(text.utf8)) }

    @Test func manifestIsInTheOrderOfItsPathsBytes() {
        var manifest = BagManifest()
        manifest.add(Array("data/b".utf8), digest("b"), size: 2)
        manifest.add(Array("data/B".utf8), digest("B"), size: 3)
        let lines = String(decoding: manifest.text, as: UTF8.self).split(separator: "\n")
        #expect(lines.map { $0.suffix(8) } == ["  data/B", "  data/b"])
        #expect(manifest.count == 2)
    }

    @Test func infoCountsBytesAndFilesAndFolders() {
        var manifest = BagManifest()
        manifest.add(Array("data/a".utf8), digest("a"), size: 5)
        let day = Array("2026-11-27".utf8)
        let text = String(decoding: manifest.info(day: day, volume: 2, of: 3), as: UTF8.self)
        #expect(text.contains("Payload-Oxum: 5.1\n"))
        #expect(text.contains("Bag-Count: 2 of 3\n"))
        #expect(!String(decoding: manifest.info(day: day, volume: 1, of: 1), as: UTF8.self).contains("Bag-Count"))
    }

    @Test(arguments: [
        ("clip.mp4", "clip.mp4"), ("PHOTO.JPG", "PHOTO.JPG"), ("a.exe", "a.exe.data"), ("page.html", "page.html.data"),
        ("x.svg", "x.svg.data"), ("clip.mp4.lnk", "clip.mp4.lnk.data"), ("macro.docm", "macro.docm.data"),
        ("noending", "noending.data"), ("mp4", "mp4.data"), ("a.js", "a.js.data"), ("a.pdf.scr", "a.pdf.scr.data"),
    ]) func nothingHandedOverRunsByADoubleClick(_ name: String, _ handed: String) {
        #expect(HandedName.name(name) == handed)
    }
}
