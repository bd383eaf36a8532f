/// Which release of the commands this is.
public enum Release {
    /// `major.minor.patch`, Semantic Versioning 2.0.0; Docs/Changes says what each brought.
    public static let version = "0.1.0"

    /// What `--version` prints.
    public static func line(_ command: String) -> String {
        "\(command) \(version)"
    }
}
