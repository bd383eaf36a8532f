/// Names of originals as they are handed over.
public enum HandedName {
    // What a double click shows or plays, and what nothing runs from. Not among them: pages, pictures and documents that
    // may hold scripts or macros, links, archives, programs.
    private static let quiet: Set<String> = [
        "jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "bmp", "tif", "tiff", "mp4", "m4v", "mov", "mkv", "avi",
        "webm", "mpg", "mpeg", "3gp", "wmv", "mp3", "m4a", "aac", "wav", "ogg", "opus", "flac", "amr", "wma", "pdf",
        "txt",
        "csv", "eml", "mbox", "vcf", "ics", "docx", "xlsx", "odt", "ods", "rtf", "json", "log",
    ]

    /// The name, with `.data` behind it where a double click might run what the file holds.
    ///
    /// - Parameter name: ASCII, safe on every system.
    public static func name(_ name: String) -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count > 1, let ending = parts.last, quiet.contains(ending.lowercased()) else {
            return name + ".data"
        }
        return name
    }
}
