import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Follows one connection's requests: counts them, tells a body that broke off from one that ended, and closes after
/// a response that says so without losing it.
///
/// Its mutable state belongs to the channel's event loop.
final class ConnectionFollower: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let activity: SocketServerActivity
    private var open = 0
    private var isReadingRequest = false
    private var willClose = false
    private var isClosing = false

    /// How long a client that is still sending has to see an early answer. A connection closed with unread bytes is
    /// reset, and the reset may overtake the response.
    private static let linger: TimeAmount = .seconds(2)

    init(activity: SocketServerActivity) {
        self.activity = activity
    }

    func handlerAdded(context: ChannelHandlerContext) {
        activity.accepted()
        ConnectionBuffers.set(on: context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        switch unwrapInboundIn(data) {
        case .head:
            open += 1
            isReadingRequest = true
            activity.began()
        case .body: break
        case .end: isReadingRequest = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            willClose = willClose || head.headerFields[.connection] == "close"
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            // The answer to what is no request, and one that comes when the client is gone, end nothing that counts.
            if open > 0 {
                open -= 1
                activity.ended(1)
            }
            guard willClose else { return context.write(data, promise: promise) }
            finish(context: context, data: data, promise: promise)
        }
    }

    private func finish(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        isClosing = true
        let channel = context.channel
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in
            channel.close(mode: .output, promise: nil)
            channel.eventLoop.scheduleTask(in: ConnectionFollower.linger) { channel.close(promise: nil) }
        }
        context.writeAndFlush(data, promise: written)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { reportBrokenBody(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        reportBrokenBody(context)
        activity.ended(open)
        open = 0
        context.fireChannelInactive()
    }

    /// Without this a body of unstated length that broke off would look like one that ended.
    private func reportBrokenBody(_ context: ChannelHandlerContext) {
        guard isReadingRequest, !isClosing else { return }
        isReadingRequest = false
        context.fireErrorCaught(SocketServerError(.bodyCutShort, "the request's body broke off"))
    }
}
