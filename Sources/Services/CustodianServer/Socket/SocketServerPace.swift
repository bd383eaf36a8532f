import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Decides whether a peer sends its body too slowly. Only time in which the server waits for bytes counts.
struct BodyPace {
    let byteCount: Int
    let interval: TimeAmount

    private var received = 0
    private var waited: TimeAmount = .zero
    private var waitingSince: NIODeadline?

    init(byteCount: Int, interval: TimeAmount) {
        self.byteCount = byteCount
        self.interval = interval
    }

    mutating func startWaiting(at now: NIODeadline) {
        if waitingSince == nil { waitingSince = now }
    }

    mutating func receive(_ count: Int) { received += count }

    mutating func stopWaiting(at now: NIODeadline) {
        if let since = waitingSince { waited = waited + (now - since) }
        waitingSince = nil
    }

    /// What to do at a look at the clock: nil when the peer is too slow, else when to look again.
    mutating func check(at now: NIODeadline) -> TimeAmount? {
        let total = waitingSince.map { waited + (now - $0) } ?? waited
        guard total >= interval else { return max(interval - total, .milliseconds(1)) }
        guard received >= byteCount else { return nil }
        received = 0
        waited = .zero
        if waitingSince != nil { waitingSince = now }
        return interval
    }
}

/// Closes connections whose peer neither sends the body that it announced nor takes the response that waits for it.
///
/// Its mutable state belongs to the channel's event loop.
final class PeerPaceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: SocketServerLimits
    private var body: BodyPace?
    private var bodyCheck: Scheduled<Void>?
    private var responseCheck: Scheduled<Void>?

    init(limits: SocketServerLimits) {
        self.limits = limits
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            let interval = TimeAmount(limits.bodyPace.interval)
            body = BodyPace(byteCount: limits.bodyPace.byteCount, interval: interval)
            scheduleBodyCheck(context, in: interval)
        case .body(let bytes):
            body?.receive(bytes.readableBytes)
        case .end:
            body = nil
            bodyCheck?.cancel()
        }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        body?.startWaiting(at: context.eventLoop.now)
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        body?.stopWaiting(at: context.eventLoop.now)
        context.fireChannelReadComplete()
    }

    private func scheduleBodyCheck(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        bodyCheck?.cancel()
        bodyCheck = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            guard body != nil else { return }
            guard let next = body?.check(at: context.eventLoop.now) else { return context.close(promise: nil) }
            scheduleBodyCheck(context, in: next)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        responseCheck?.cancel()
        if !context.channel.isWritable {
            let delay = TimeAmount(limits.responseStall)
            responseCheck = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { context.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        bodyCheck?.cancel()
        responseCheck?.cancel()
        context.fireChannelInactive()
    }
}
