import CSodium

/// The library behind every primitive here.
public enum Sodium {
    /// Chooses the fastest implementations for this processor and opens the random source; cheap when repeated.
    ///
    /// Everything that draws random bytes or holds a secret calls it; a program that only verifies may call it once
    /// at its start to get the faster code.
    public static func start() {
        precondition(ready, "libsodium could not be started: no random source")
    }

    private static let ready: Bool = sodium_init() >= 0
}
