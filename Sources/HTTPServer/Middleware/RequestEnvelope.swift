import AssistantsAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RunEngine

/// What every request passes, in one step: it gets an id, is held against the limits, is answered by its route, its errors become
/// answers, other origins are let in, and one line about it goes into the log.
///
/// It stands around the router and not within it as a middleware, and inlines nothing that is over before an answer is waited for
/// or begins behind it: thousands of requests may wait, each with the memory of its frames.
final class RequestEnvelope: Sendable {
    private let router: RouterResponder<APIRequestContext>
    private let crossOrigin: CrossOrigin
    private let authenticator: KeyAuthenticator
    private let idempotency: IdempotentRequests
    private let betaHeader: BetaHeader
    private let rootPath: String
    private let date = ResponseDate()
    private let logger: Logger
    private let liveRuns: LiveRuns
    /// Runs that have not ended, be it that they wait, from which on memory counts for more than microseconds.
    private static let crowd = 256
    /// Requests that begin apart, at one time. One commit takes the writes of all of them.
    private let beginnings = Turnstile(places: 32)

    /// - Parameter rootPath: The prefix that a proxy may have left in the path; or empty.
    init(
        router: RouterResponder<APIRequestContext>,
        crossOrigin: CrossOrigin,
        authenticator: KeyAuthenticator,
        idempotency: IdempotentRequests,
        betaHeader: BetaHeader,
        rootPath: String,
        liveRuns: LiveRuns,
        logger: Logger
    ) {
        self.router = router
        self.crossOrigin = crossOrigin
        self.authenticator = authenticator
        self.idempotency = idempotency
        self.betaHeader = betaHeader
        self.rootPath = rootPath
        self.liveRuns = liveRuns
        self.logger = logger
    }

    /// The version that OpenAI's service named in every answer.
    private static let apiVersion = "2020-10-01"

    /// How far a request has come when its route has returned. In a box, as each function on its way has room for it.
    private indirect enum Progress: Sendable {
        case answered(Response)
        case waits(LaterAnswer, Exchange)
    }

    /// What is left of a request while its answer is awaited.
    private final class Exchange: Sendable {
        let request: IncomingRequest
        let context: APIRequestContext
        let start: ContinuousClock.Instant

        init(_ request: IncomingRequest, _ context: APIRequestContext, _ start: ContinuousClock.Instant) {
            self.request = request
            self.context = context
            self.start = start
        }
    }

    func response(to request: IncomingRequest, over channel: any Channel) async -> Response {
        let start = ContinuousClock.now
        let isApart = request.mayBeginApart && liveRuns.count >= Self.crowd
        switch isApart ? await beginApart(request, over: channel, start) : await begin(request, over: channel, start) {
        case .answered(let response): return response
        case .waits(let later, let exchange): return await end(exchange, later)
        }
    }

    /// Begins in a task that ends, and takes all of its memory along, before the answer is waited for or sent bit by bit. Of
    /// thousands that come at once, some begin while the others wait: else all of that memory would be needed at one time.
    ///
    /// A second task costs a switch to it and back: it is worth that where many wait. Nothing on the way may wait for a run: it
    /// would keep its place from the request that the run needs.
    @inline(never)
    private func beginApart(
        _ request: IncomingRequest,
        over channel: any Channel,
        _ start: ContinuousClock.Instant
    ) async -> Progress {
        if request.isWhole { await beginnings.enter() }
        defer { if request.isWhole { beginnings.leave() } }
        async let begun = begin(request, over: channel, start)
        return await begun
    }

    private func end(_ exchange: Exchange, _ later: LaterAnswer) async -> Response {
        do {
            return finish(try await later(), exchange)
        } catch {
            return finish(error, exchange)
        }
    }

    @inline(never)
    private func finish(_ response: Response, _ exchange: Exchange) -> Response {
        finish(response, of: exchange.request.withoutBody, exchange.context, exchange.start)
    }

    @inline(never)
    private func finish(_ error: any Error, _ exchange: Exchange) -> Response {
        let request = exchange.request.withoutBody
        return finish(refusal(error, request, exchange.context), of: request, exchange.context, exchange.start)
    }

    @inline(never)
    private func begin(
        _ incoming: IncomingRequest,
        over channel: any Channel,
        _ start: ContinuousClock.Instant
    ) async -> Progress {
        let request = incoming.take()
        var context = APIRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        context.surface = RequestSurface(path: request.uri.path, rootPath: rootPath)
        if let preflight = crossOrigin.preflight(request) {
            return .answered(finish(preflight, of: request, context, start))
        }
        let response: Response
        do {
            if try !authenticator.begin(request, &context) { try await authenticator.finish(request, &context) }
            if context.surface == .openAI { try betaHeader.check(request) }
            response =
                IdempotentRequests.concern(request)
                ? try await responseGivenOnce(to: request, context) : try await route(request, context)
            if let later = context.subject.takeLater() { return .waits(later, Exchange(incoming, context, start)) }
        } catch {
            response = refusal(error, request, context)
        }
        return .answered(finish(response, of: request, context, start))
    }

    @inline(never)
    private func responseGivenOnce(to request: Request, _ context: APIRequestContext) async throws -> Response {
        try await idempotency.answer(request, context, refuse: { refusal($0, request, context) }, next: routeToTheEnd)
    }

    @inline(never)
    private func route(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        do {
            let response = try await router.respond(to: request, context: context)
            // The router has words of its own for a path that it does not know.
            guard context.subject.hasRoute else { throw HTTPError(.notFound) }
            return response
        } catch let failure as RouteFailure {
            throw failure.error
        }
    }

    private func routeToTheEnd(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let response = try await route(request, context)
        guard let later = context.subject.takeLater() else { return response }
        return try await later()
    }

    @inline(never)
    private func refusal(_ error: any Error, _ request: Request, _ context: APIRequestContext) -> Response {
        switch context.surface {
        case .openAI: OpenAIErrors.translate(error, of: request, context: context).response()
        case .facade, .open, .unknown: FacadeErrors.translate(error, context: context).response()
        }
    }

    @inline(never)
    private func finish(
        _ response: Response,
        of request: Request,
        _ context: APIRequestContext,
        _ start: ContinuousClock.Instant
    ) -> Response {
        // Errors are made outside of what the router does to answers for this method.
        var response = request.method == .head ? response.createHeadResponse() : response
        response.headers[.requestID] = context.requestID
        response.headers[.date] = date.text
        if context.surface == .openAI {
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
        var metadata = Logger.Metadata(minimumCapacity: 8)
        metadata["request_id"] = .string(context.requestID)
        metadata["method"] = .string(request.method.rawValue)
        metadata["path"] = .string(request.uri.path)
        metadata["status"] = .stringConvertible(response.status.code)
        metadata["duration_ms"] = .stringConvertible(elapsed.hundredthsOfMilliseconds)
        if let key = context.principal.keyID { metadata["key_id"] = .string(key) }
        let subject = context.subject
        let hasRoute = subject.hasRoute
        if let thread = subject.thread ?? (hasRoute ? nil : request.id(behind: "threads")) {
            metadata["thread"] = .string(thread)
        }
        if let run = subject.run ?? (hasRoute ? nil : request.id(behind: "runs")) { metadata["run"] = .string(run) }
        logger.log(level: level, "Request answered", metadata: metadata)
    }
}

extension IncomingRequest {
    /// How the paths end of those that start or follow a run.
    private static let waitingRoutes = ["/chat", "/runs", "/submit_tool_outputs"]

    /// Whether its answer, or the rest of it, may be waited for behind its route, and only there: with an `Idempotency-Key`
    /// it is waited for within.
    fileprivate var mayBeginApart: Bool {
        guard head.method == .post, head.headerFields[.idempotencyKey] == nil, let target = head.path?.utf8 else {
            return false
        }
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        return Self.waitingRoutes.contains { path.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }
}

extension Request {
    /// What stands behind a word in the path, for requests that did not come as far as their route.
    fileprivate func id(behind word: String) -> String? {
        let parts = uri.path.split(separator: "/")
        guard let place = parts.firstIndex(where: { $0 == word }), place + 1 < parts.count, parts[place + 1] != "runs"
        else { return nil }
        return String(parts[place + 1])
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
