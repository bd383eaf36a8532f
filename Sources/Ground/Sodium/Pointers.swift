// libsodium's functions want a pointer even for zero bytes; Swift's empty buffers may have none. A dangling one is
// never read.
extension UnsafeRawBufferPointer {
    var octets: UnsafePointer<UInt8> {
        guard let baseAddress else { return UnsafePointer(bitPattern: 1).unsafelyUnwrapped }
        return baseAddress.assumingMemoryBound(to: UInt8.self)
    }
}

extension UnsafeMutableRawBufferPointer {
    var octets: UnsafeMutablePointer<UInt8> {
        guard let baseAddress else { return UnsafeMutablePointer(bitPattern: 1).unsafelyUnwrapped }
        return baseAddress.assumingMemoryBound(to: UInt8.self)
    }
}
