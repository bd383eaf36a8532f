import Glibc

/// Makes copies of files for people, by programs that are shut in as those that look into files are. Originals are never
/// changed; every copy is written by the caller.
public enum CopyTools {
    /// What makes pictures and films.
    public static let film = "/usr/bin/ffmpeg"
    private static let probe = "/usr/bin/ffprobe"
    /// What takes places out of files.
    public static let facts = "/usr/bin/exiftool"
    private static let archive = "/usr/bin/zip"
    private static let python = "/usr/bin/python3"
    private static let alternatives = "/etc/alternatives"

    /// Whether a program is there.
    public static func isInstalled(_ path: String) -> Bool { access(path, X_OK) == 0 }

    private static func confinement(reading path: String, seconds: Int, output: Int) -> Confinement {
        var confinement = Confinement()
        confinement.readable = [(path, "input")]
        // Debian keeps there which of several libraries of one name counts.
        if access(alternatives, R_OK) == 0 { confinement.readable.append((alternatives, "etc/alternatives")) }
        confinement.patience = .seconds(seconds)
        confinement.processorSeconds = seconds
        confinement.memoryBytes = 3 << 30
        confinement.outputBytes = output
        confinement.openFiles = 64
        return confinement
    }

    /// What a program says of its version, in one line; its name where it says nothing.
    public static func version(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        var confinement = Confinement()
        confinement.memoryBytes = 3 << 30
        if access(alternatives, R_OK) == 0 { confinement.readable = [(alternatives, "etc/alternatives")] }
        let words = path == facts ? [path, "-ver"] : [path, "-version"]
        guard let process = try? ConfinedProcess(words, confinement), let output = try? process.finish() else {
            return name
        }
        let line = String(decoding: output, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        let version = line.split(separator: " ").first { $0.first?.isNumber == true }
        return version.map { "\(name) \($0)" } ?? name
    }

    // MARK: Pictures and films

    private static let quiet = [film, "-v", "error", "-nostdin", "-threads", "1", "-protocol_whitelist", "file,pipe"]

    /// How a still is made.
    public static let stillParameters =
        "-i ORIGINAL -frames:v 1 -vf scale='min(1280,iw)':-2 -map_metadata -1 -f image2pipe -c:v mjpeg -q:v 3"
    /// How a film is made that plays everywhere.
    public static let playableParameters =
        "-i ORIGINAL -map 0:v:0 -map 0:a:0? -map_metadata -1 -c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p "
        + "-c:a aac -movflags frag_keyframe+empty_moov -f mp4"

    private static func words(_ parameters: String) -> [String] {
        parameters.split(separator: " ").map { $0 == "ORIGINAL" ? "/input" : String($0) }
    }

    /// A JPEG of a picture, or of a film's first second.
    /// - Throws: `FactsError`.
    public static func still(of path: String) throws -> [UInt8] {
        let confinement = confinement(reading: path, seconds: 60, output: 16 << 20)
        let process = try ConfinedProcess(quiet + words(stillParameters) + ["pipe:1"], confinement)
        let picture = try process.finish()
        guard picture.count > 100 else { throw FactsError(.failed, "the tool made no picture") }
        return picture
    }

    /// Whether browsers and Windows play a film as it is: H.264 in MP4.
    /// - Throws: `FactsError`.
    public static func playsEverywhere(_ path: String) throws -> Bool {
        let command = [
            probe, "-v", "error", "-protocol_whitelist", "file", "-select_streams", "v:0", "-show_entries",
            "stream=codec_name,pix_fmt:format=format_name", "-of", "default=noprint_wrappers=1", "/input",
        ]
        let confinement = confinement(reading: path, seconds: 30, output: 64 << 10)
        let text = String(decoding: try ConfinedProcess(command, confinement).finish(), as: UTF8.self)
        return text.contains("codec_name=h264\n") && text.contains("mp4") && text.contains("pix_fmt=yuv")
    }

    /// Makes a film that plays everywhere and hands it on as it comes.
    /// - Throws: `FactsError`, or what `take` throws.
    public static func playable(
        of path: String, to take: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let confinement = confinement(reading: path, seconds: 3_600, output: 1 << 40)
        let process = try ConfinedProcess(quiet + words(playableParameters) + ["pipe:1"], confinement)
        try process.finish(handingTo: take)
    }

    // MARK: Without place

    /// How a copy without place is made.
    public static let withoutPlaceParameters = "-gps:all= -location:all= -xmp:geotag= -o -"

    /// A copy of a picture without what it says of its place; looked into again to see that it has gone.
    ///
    /// Only files of at most 64 MiB are copied so.
    /// - Throws: `FactsError`, or what `body` throws.
    public static func withoutPlace(
        feeding body: (_ take: (UnsafeRawBufferPointer) throws -> Bool) throws -> Void
    ) throws -> [UInt8] {
        var confinement = Confinement()
        confinement.patience = .seconds(60)
        confinement.processorSeconds = 60
        confinement.outputBytes = Int(FileFacts.maximumFed)
        let command = [facts, "-config", "", "-q", "-m"] + words(withoutPlaceParameters) + ["-"]
        let process = try ConfinedProcess(command, confinement)
        var fed: UInt64 = 0
        try body { bytes in
            fed += UInt64(bytes.count)
            guard fed <= FileFacts.maximumFed else { return false }
            return try process.feed(bytes)
        }
        let copy = try process.finish()
        guard fed <= FileFacts.maximumFed, copy.count > 100 else {
            throw FactsError(.failed, "the tool made no copy without place")
        }
        let found = try copy.withUnsafeBytes { bytes in try FileFacts.find { take in _ = try take(bytes) } }
        guard found.position == nil else { throw FactsError(.failed, "the tool did not take out the place") }
        return copy
    }

    // MARK: Archive and PDF

    /// A ZIP of a folder, which stands in it under `name`; handed on as it comes.
    /// - Throws: `FactsError`, or what `take` throws.
    public static func zip(
        _ folder: String, as name: String, to take: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var confinement = confinement(reading: folder, seconds: 3_600, output: 1 << 44)
        confinement.readable = [(folder, name)]
        let process = try ConfinedProcess([archive, "-q", "-r", "-X", "-", name], confinement)
        try process.finish(handingTo: take)
    }

    /// Where the project keeps the Python package `typst`; `BEVIS_TYPST` names another folder.
    public static var typesetter: String {
        if let named = getenv("BEVIS_TYPST"), named.pointee != 0 { return String(cString: named) }
        return "/usr/local/lib/bevis/typst"
    }

    /// Whether PDF can be made here.
    public static var hasTypesetter: Bool {
        isInstalled(python) && access(typesetter + "/typst/__init__.py", R_OK) == 0
    }

    /// A PDF/A-2a of `data`, as JSON, by a template of the program's own; pictures are read from `folder`.
    /// - Throws: `FactsError`.
    public static func pdf(template: String, data: [UInt8], folder: String) throws -> [UInt8] {
        var confinement = confinement(reading: folder, seconds: 300, output: 1 << 30)
        confinement.readable = [(folder, "input"), (typesetter, "typesetter")]
        // Template and data come as one JSON on standard input: neither is ever taken for a program.
        let process = try ConfinedProcess([python, "-I", "-c", script, template], confinement)
        _ = try data.withUnsafeBytes { bytes in try process.feed(bytes) }
        let pdf = try process.finish()
        guard pdf.starts(with: Array("%PDF-".utf8)) else { throw FactsError(.failed, "the typesetter made no PDF") }
        return pdf
    }

    private static let script = """
        import sys
        sys.path.insert(0, "/typesetter")
        import typst
        sys.stdout.buffer.write(typst.compile(
            sys.argv[1].encode(), root="/input", format="pdf", pdf_standards=["a-2a"],
            sys_inputs={"data": sys.stdin.buffer.read().decode()}))
        """
}
