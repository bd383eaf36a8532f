import SignedNote

/// The name of every device's key.
let deviceKeyName: KeyName = {
    guard let name = try? KeyName(Array("bevis.example/device".utf8)) else {
        preconditionFailure("the name of a device's key is a key name")
    }
    return name
}()
