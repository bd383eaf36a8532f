import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import CustodianServer

@Suite(.timeLimit(.minutes(10))) struct ConnectionFollowerTests {
    static func channel(_ activity: SocketServerActivity) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ConnectionFollower(activity: activity))
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
        return channel
    }

    static let request = HTTPRequestPart.head(HTTPRequest(method: .put, scheme: nil, authority: "x", path: "/"))
    static let response = HTTPResponsePart.head(HTTPResponse(status: .ok))

    static func counts(_ activity: SocketServerActivity) -> [Int] {
        [activity.counts.acceptedConnections, activity.counts.requests, activity.counts.inFlight]
    }

    @Test func requestIsInFlightUntilItsResponseHasEnded() throws {
        let activity = SocketServerActivity(time: .continuous)
        let channel = try Self.channel(activity)
        #expect(Self.counts(activity) == [1, 0, 0])
        try channel.writeInbound(Self.request)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        try channel.writeOutbound(Self.response)
        #expect(Self.counts(activity) == [1, 1, 1])
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(Self.counts(activity) == [1, 1, 0])
        _ = try channel.finish()
    }

    @Test func answerToNoRequestEndsNothing() throws {
        let activity = SocketServerActivity(time: .continuous)
        let channel = try Self.channel(activity)
        try channel.writeOutbound(Self.response)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(Self.counts(activity) == [1, 0, 0])
        _ = try channel.finish()
        #expect(Self.counts(activity) == [1, 0, 0])
    }

    @Test func connectionThatEndsTakesItsRequestsAlong() throws {
        let activity = SocketServerActivity(time: .continuous)
        let channel = try Self.channel(activity)
        try channel.writeInbound(Self.request)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        _ = try channel.finish()
        #expect(Self.counts(activity) == [1, 1, 0])
    }

    @Test func bodyThatBreaksOffIsAnError() throws {
        let channel = try Self.channel(SocketServerActivity(time: .continuous))
        try channel.writeInbound(Self.request)
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "half")))
        #expect(throws: SocketServerError(.bodyCutShort, "")) { try channel.finish() }
    }

    @Test func bodyAfterWhichNothingCanComeIsAnError() throws {
        let channel = try Self.channel(SocketServerActivity(time: .continuous))
        try channel.writeInbound(Self.request)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(throws: SocketServerError(.bodyCutShort, "")) { try channel.throwIfErrorCaught() }
    }

    @Test func connectionThatIsToCloseTakesNothingMoreAndGoes() throws {
        let channel = try Self.channel(SocketServerActivity(time: .continuous))
        try channel.writeInbound(Self.request)
        let head = HTTPResponse(status: .contentTooLarge, headerFields: [.connection: "close"])
        try channel.writeOutbound(HTTPResponsePart.head(head))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        while try channel.readInbound(as: HTTPRequestPart.self) != nil {}
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "more")))
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(3))
        #expect(!channel.isActive)
    }
}
