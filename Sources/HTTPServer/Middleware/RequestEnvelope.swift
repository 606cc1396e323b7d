import AssistantsAPI
import HTTPTypes
import Hummingbird
import Logging
import RunEngine

/// What every request passes, in one step: it gets an id, is held against the limits, its errors become answers, other
/// origins are let in, and one line about it goes into the log.
///
/// One middleware and not five, and nothing inlined that is over before or begins behind the answer: thousands of requests may
/// wait, each with the memory of its frames.
struct RequestEnvelope: RouterMiddleware {
    let crossOrigin: CrossOrigin
    let authenticator: KeyAuthenticator
    let idempotency: IdempotentRequests
    let betaHeader: BetaHeader
    /// The prefix that a proxy may have left in the path; or empty.
    let rootPath: String
    let logger: Logger

    /// The version that OpenAI's service named in every answer.
    private static let apiVersion = "2020-10-01"

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        if let preflight = crossOrigin.preflight(request) { return finish(preflight, of: request, context, start) }
        var context = context
        do {
            if try !authenticator.begin(request, &context) { try await authenticator.finish(request, &context) }
            try betaHeader.check(request)
            if IdempotentRequests.concern(request) {
                let response = try await idempotency.answer(
                    request,
                    context,
                    refuse: { refusal($0, request, context) },
                    next: next
                )
                return finish(response, of: request, context, start)
            }
            return finish(try await next(request, context), of: request, context, start)
        } catch {
            return finish(refusal(error, request, context), of: request, context, start)
        }
    }

    @inline(never)
    private func refusal(_ error: any Error, _ request: Request, _ context: APIRequestContext) -> Response {
        switch surface(of: request) {
        case .openAI: OpenAIErrors.translate(error, of: request, context: context).response()
        case .facade, .open, .unknown: FacadeErrors.translate(error, context: context).response()
        }
    }

    private func surface(of request: Request) -> RequestSurface {
        RequestSurface(path: request.uri.path, rootPath: rootPath)
    }

    @inline(never)
    private func finish(
        _ response: Response,
        of request: Request,
        _ context: APIRequestContext,
        _ start: ContinuousClock.Instant
    ) -> Response {
        var response = response
        response.headers[.requestID] = context.requestID
        if surface(of: request) == .openAI {
            response.headers[.openAIVersion] = Self.apiVersion
            response.headers[.processingTime] = String((ContinuousClock.now - start).milliseconds)
        }
        context.allowance?.describe(in: &response.headers)
        crossOrigin.grant(request, in: &response.headers)
        let level: Logger.Level = response.status.code >= 500 ? .error : .info
        if logger.logLevel <= level { log(level, response, request, context, ContinuousClock.now - start) }
        return response
    }

    private func log(
        _ level: Logger.Level,
        _ response: Response,
        _ request: Request,
        _ context: APIRequestContext,
        _ elapsed: Duration
    ) {
        var metadata: Logger.Metadata = [
            "request_id": .string(context.requestID),
            "method": .string(request.method.rawValue),
            "path": .string(request.uri.path),
            "status": .stringConvertible(response.status.code),
            "duration_ms": .stringConvertible(elapsed.hundredthsOfMilliseconds),
        ]
        if let key = context.principal.keyID { metadata["key_id"] = .string(key) }
        let (thread, run) = (context.parameters.get("thread_id"), context.parameters.get("run_id"))
        if let thread = thread ?? context.subject.thread { metadata["thread"] = .string(thread) }
        if let run = run ?? context.subject.run { metadata["run"] = .string(run) }
        logger.log(level: level, "Request answered", metadata: metadata)
    }
}

extension Duration {
    /// Milliseconds, to the hundredth.
    fileprivate var hundredthsOfMilliseconds: Double {
        Double(components.seconds * 100_000 + components.attoseconds / 10_000_000_000_000) / 100
    }
}

extension HTTPField.Name {
    fileprivate static let openAIVersion = HTTPField.Name.constant("openai-version")
    fileprivate static let processingTime = HTTPField.Name.constant("openai-processing-ms")
    static let requestID = HTTPField.Name.constant("x-request-id")

    /// A name that is known to be legal when the code is written.
    static func constant(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header") }
        return field
    }
}
