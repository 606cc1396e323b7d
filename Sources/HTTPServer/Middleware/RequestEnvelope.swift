import AssistantsAPI
import HTTPTypes
import Hummingbird
import Logging

/// Gives every answer its request id, and writes one line about it into the log.
struct RequestEnvelope: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        let level: Logger.Level = response.status.code >= 500 ? .error : .info
        guard logger.logLevel <= level else { return response }
        let elapsed = (ContinuousClock.now - start).components
        var metadata: Logger.Metadata = [
            "request_id": .string(context.requestID),
            "method": .string(request.method.rawValue),
            "path": .string(request.uri.path),
            "status": .stringConvertible(response.status.code),
            "duration_ms": .stringConvertible(Self.milliseconds(elapsed)),
        ]
        let (thread, run) = (context.parameters.get("thread_id"), context.parameters.get("run_id"))
        if let thread = thread ?? context.subject.thread { metadata["thread"] = .string(thread) }
        if let run = run ?? context.subject.run { metadata["run"] = .string(run) }
        logger.log(level: level, "Request answered", metadata: metadata)
        return response
    }

    /// To the hundredth.
    private static func milliseconds(_ elapsed: (seconds: Int64, attoseconds: Int64)) -> Double {
        Double(elapsed.seconds * 100_000 + elapsed.attoseconds / 10_000_000_000_000) / 100
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name.constant("x-request-id")

    /// A name that is known to be legal when the code is written.
    static func constant(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header") }
        return field
    }
}
