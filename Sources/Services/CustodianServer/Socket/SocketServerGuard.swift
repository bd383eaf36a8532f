import HTTPTypes
import Hummingbird
import Logging

/// Stands before the routes: who is asked for, how much is under way, and what every response says.
///
/// A responder rather than a middleware, so that it also covers paths that no route knows.
struct GuardedResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context: RequestContext {
    let inner: Inner
    let hosts: HostList?
    let gate: @Sendable (Request) -> HTTPResponse.Status?
    let maximumRequests: Int
    let activity: SocketServerActivity

    func respond(to request: Request, context: Inner.Context) async throws -> Response {
        var response: Response
        if let status = refusal(of: request) {
            response = Response(status: status)
            if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
            context.logger.info("request refused", metadata: ["status": "\(status.code)"])
        } else {
            response = await answer(request, context)
        }
        finish(&response, to: request, id: context.id)
        return response
    }

    private func refusal(of request: Request) -> HTTPResponse.Status? {
        // With two Host lines, two readers could see two different hosts.
        guard request.head.path?.utf8.first == UInt8(ascii: "/"), request.headers[fields: .host].isEmpty else {
            return .badRequest
        }
        if let hosts, !hosts.contains(request.head.authority) { return .forbidden }
        if activity.counts.inFlight > maximumRequests { return .serviceUnavailable }
        return gate(request)
    }

    private func answer(_ request: Request, _ context: Inner.Context) async -> Response {
        do {
            return try await inner.respond(to: request, context: context)
        } catch let error as any HTTPResponseError {
            if let response = try? error.response(from: request, context: context) { return response }
            return Response(status: error.status)
        } catch let error as SocketServerError where error.code == .bodyCutShort {
            context.logger.info("request body broke off")
            return Response(status: .badRequest)
        } catch {
            // The type only: an error's text may quote what the request carried.
            context.logger.warning("request failed", metadata: ["error": "\(type(of: error))"])
            return Response(status: .internalServerError)
        }
    }

    private func finish(_ response: inout Response, to request: Request, id: String) {
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.requestID] = id
        // A refused upload may still be on its way, gigabytes of it: answer, and take no more.
        let mayStillSend = request.headers[.transferEncoding] != nil || Self.isLarge(request.headers[.contentLength])
        if response.status.code >= 400, mayStillSend { response.headers[.connection] = "close" }
    }

    private static func isLarge(_ length: String?) -> Bool {
        guard let length else { return false }
        return UInt64(length).map { $0 > 64 * 1024 } ?? true
    }
}

extension HTTPField.Name {
    static var host: HTTPField.Name { name("Host") }
    static var requestID: HTTPField.Name { name("Request-Id") }

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("not a header's name") }
        return name
    }
}
