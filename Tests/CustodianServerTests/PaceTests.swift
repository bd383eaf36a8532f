import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import CustodianServer

@Suite(.timeLimit(.minutes(10))) struct PaceTests {
    /// A channel whose peer has to send 1,000 bytes each 30 seconds, and take a response within 60.
    static func channel() throws -> EmbeddedChannel {
        var limits = SocketServerLimits()
        limits.bodyPace = .init(byteCount: 1000, every: .seconds(30))
        limits.responseStall = .seconds(60)
        let channel = EmbeddedChannel(handler: PeerPaceHandler(limits: limits))
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
        return channel
    }

    static func begin(_ channel: EmbeddedChannel) throws {
        let head = HTTPRequest(method: .put, scheme: nil, authority: "x", path: "/")
        try channel.writeInbound(HTTPRequestPart.head(head))
        channel.read()
    }

    static func send(_ count: Int, to channel: EmbeddedChannel) throws {
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 1, count: count)))
        channel.read()
    }

    @Test func silentPeerIsDropped() throws {
        let channel = try Self.channel()
        try Self.begin(channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func drippingPeerIsDropped() throws {
        let channel = try Self.channel()
        try Self.begin(channel)
        for _ in 0..<29 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try Self.send(10, to: channel)
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func steadyPeerIsKept() throws {
        let channel = try Self.channel()
        try Self.begin(channel)
        for _ in 0..<300 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try Self.send(50, to: channel)
        }
        #expect(channel.isActive)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }

    @Test func timeInWhichTheServerDoesNotReadDoesNotCount() throws {
        let channel = try Self.channel()
        try Self.begin(channel)
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 1, count: 10)))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        channel.read()
        channel.embeddedEventLoop.advanceTime(by: .seconds(31))
        #expect(!channel.isActive)
    }

    @Test func peerThatTakesNothingOfItsResponseIsDropped() throws {
        let channel = try Self.channel()
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        channel.embeddedEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }

    @Test func peerThatGoesOnTakingIsKept() throws {
        let channel = try Self.channel()
        for isWritable in [false, true] {
            channel.isWritable = isWritable
            channel.pipeline.fireChannelWritabilityChanged()
            channel.embeddedEventLoop.advanceTime(by: .seconds(50))
        }
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }
}
