extension Wire {
    /// A device's newest heartbeat, in the answer to `POST /v1/heartbeat-listings`.
    public struct Heartbeat: Codable, Sendable {
        public var note: String
        /// Unix seconds by the custodian's clock.
        public var received: UInt64
        public var index: UInt64

        public init(note: String, received: UInt64, index: UInt64) {
            self.note = note
            self.received = received
            self.index = index
        }
    }
}
