import AssistantsAPI
import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import Synchronization

/// Models behind an OpenAI-compatible HTTP server: OpenAI itself, or vLLM, Ollama, llama.cpp and their like.
///
/// It owns the connections to the server, makes a failed call again while nothing of its answer has been handed on,
/// and remembers what the server turned out to want. `shutdown` must be called before it is let go.
package final class OpenAIBackend: ChatModel {
    let configuration: Configuration
    let endpoints: BackendEndpoints
    let client: HTTPClient
    private let redaction: Redaction
    let retryPolicy: RetryPolicy
    private let traits: Mutex<BackendTraits>
    private let logger: Logger

    /// More connections than chats at once: each waiting chat holds one, and none may wait for another.
    private static let maximumConnections = 16_384
    /// Below the keep-alive times that servers and proxies commonly have.
    private static let idleConnectionLifetime = TimeAmount.seconds(30)

    /// Fails when the base URL is not an http(s) URL. No connection is made yet.
    package init(
        _ configuration: Configuration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger
    ) throws(ModelError) {
        endpoints = try BackendEndpoints(configuration)
        self.configuration = configuration
        self.logger = logger
        redaction = Redaction(apiKey: configuration.apiKey, host: endpoints.host)
        retryPolicy = RetryPolicy(
            maximumRetries: configuration.maximumRetries,
            baseDelay: configuration.retryDelay,
            maximumDelay: .seconds(8),
            longestWait: configuration.longestRetryWait
        )
        traits = Mutex(BackendTraits())
        client = HTTPClient(
            eventLoopGroup: eventLoopGroup,
            configuration: Self.clientConfiguration(configuration)
        )
    }

    /// Closes all connections. Calls that are still running fail.
    package func shutdown() async {
        do {
            try await client.shutdown()
        } catch {
            logger.debug("model backend connections were not closed cleanly", metadata: ["error": "\(error)"])
        }
    }

    package func respond(
        to request: ChatRequest,
        near reader: (any EventLoop)?,
        receive: @escaping @Sendable ([ChatEvent]) -> Void
    ) async throws(ModelError) -> ChatOutcome {
        let attempt = makeAttempt()
        while true {
            await call(request, attempt, reader, receive)
            if let outcome = try conclude(attempt) { return outcome }
            await pause(before: attempt)
        }
    }

    @inline(never)
    private func makeAttempt() -> Attempt {
        Attempt(traits: traits.withLock { $0 }, choice: configuration.wireProtocol, endpoints)
    }

    /// One call with what is known of the backend. What came of it, and what the backend showed, is noted in `attempt` and not
    /// handed back: the frames on the way would have room for it while the backend is waited for.
    private func call(
        _ request: ChatRequest,
        _ attempt: Attempt,
        _ reader: (any EventLoop)?,
        _ receive: @escaping @Sendable ([ChatEvent]) -> Void
    ) async {
        guard !Task.isCancelled else { return attempt.cancel() }
        switch attempt.wireProtocol {
        case .chatCompletions:
            let call = chatCompletion(request, attempt, receive)
            await call.run(.chatCompletions, at: endpoints, on: client, near: reader)
            attempt.endAndLearn(from: call)
        case .responses:
            let call = makeCall(ResponsesStream.self, ResponsesProtocol.body(of: request), receive)
            await call.run(.responses, at: endpoints, on: client, near: reader)
            attempt.end(call)
        }
    }

    /// What the last call led to; nil when it is to be made again. Throws what there is to report when it is not.
    @inline(never)
    private func conclude(_ attempt: Attempt) throws(ModelError) -> ChatOutcome? {
        switch attempt.result {
        case .success(let outcome):
            remember(attempt)
            return outcome
        case .failure(let failure):
            guard attempt.mayGoOn(after: failure, retryPolicy) else { throw clean(attempt.verdict(failure)) }
            return nil
        }
    }

    /// Not inlined, like the other makers of calls: the body would be kept while the backend is waited for.
    @inline(never)
    private func chatCompletion(
        _ request: ChatRequest,
        _ attempt: Attempt,
        _ receive: @escaping @Sendable ([ChatEvent]) -> Void
    ) -> BackendCall<ChatCompletionsStream> {
        let body = ChatCompletionsProtocol.body(of: request, traits: attempt.traits)
        return makeCall(ChatCompletionsStream.self, body, receive)
    }

    @inline(never)
    private func makeCall<Stream: AnswerStream>(
        _ stream: Stream.Type,
        _ body: RequestBody,
        _ receive: @escaping @Sendable ([ChatEvent]) -> Void
    ) -> BackendCall<Stream> {
        BackendCall(body: body, patience: Patience(configuration), receive: receive)
    }

    private func remember(_ attempt: Attempt) {
        var learned = attempt.traits
        learned.wireProtocol = attempt.wireProtocol
        traits.withLock { known in
            if known != learned { known.learn(learned) }
        }
    }

    /// Waits before the next attempt, or until the task is cancelled.
    @inline(never)
    private func pause(before attempt: Attempt) async {
        guard attempt.pause > .zero, case .failure(let failure) = attempt.result else { return }
        logger.warning(
            "model backend failed, asking again",
            metadata: [
                "reason": "\(failure.error.kind)", "wait": "\(attempt.pause)", "retry": "\(attempt.retries)",
            ]
        )
        // The backend's words may quote what it was asked.
        logger.debug("model backend gave its reason", metadata: ["error": "\(redaction.clean(failure.error.message))"])
        try? await Task.sleep(for: attempt.pause)
    }

    func clean(_ error: ModelError) -> ModelError {
        var error = error
        error.message = redaction.clean(error.message)
        return error
    }

    private static func clientConfiguration(_ configuration: Configuration) -> HTTPClient.Configuration {
        var client = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(configuration.connectTimeout)),
            connectionPool: .init(
                idleTimeout: idleConnectionLifetime,
                concurrentHTTP1ConnectionsPerHostSoftLimit: maximumConnections
            ),
            decompression: .disabled
        )
        // Retries are ours: they know what is worth one, and how long to wait.
        client.connectionPool.retryConnectionEstablishment = false
        client.tracing.tracer = nil
        client.http1_1ConnectionDebugInitializer = { MessageBatching.install(on: $0) }
        return client
    }
}

extension Patience {
    fileprivate init(_ configuration: OpenAIBackend.Configuration) {
        self.init(firstByte: TimeAmount(configuration.firstByteTimeout), idle: TimeAmount(configuration.idleTimeout))
    }
}
