import AssistantsAPI
import Logging
import ModelProviders
import NIOCore
import NIOPosix
import Synchronization

/// The parts of an answer, in the order in which they came.
final class Received: Sendable {
    private let kept = Mutex<[[ChatEvent]]>([])

    var events: [ChatEvent] { kept.withLock { $0.flatMap(\.self) } }
    /// How often parts came.
    var count: Int { kept.withLock { $0.count } }
    var text: String { events.text }

    func add(_ parts: [ChatEvent]) { kept.withLock { $0.append(parts) } }
}

extension [ChatEvent] {
    var text: String { compactMap { if case .text(let text) = $0 { text } else { nil } }.joined() }
    var refusal: String { compactMap { if case .refusal(let text) = $0 { text } else { nil } }.joined() }
    var reasoning: String { compactMap { if case .reasoning(let text) = $0 { text } else { nil } }.joined() }

    /// The calls put together, as `id name arguments`.
    var calls: [String] {
        var calls: [String] = []
        for event in self {
            switch event {
            case .toolCallStarted(let index, let id, let name):
                precondition(index == calls.count)
                calls.append("\(id) \(name) ")
            case .toolCallArguments(let index, let text): calls[index] += text
            default: break
            }
        }
        return calls
    }
}

extension OpenAIBackend.Configuration {
    /// Does not wait before it tries again, and is patient with a machine that is busy.
    static func test(_ url: String, _ wireProtocol: Choice = .chatCompletions) -> Self {
        var configuration = Self(
            baseURL: url,
            wireProtocol: wireProtocol,
            connectTimeout: .seconds(30),
            firstByteTimeout: .seconds(30),
            idleTimeout: .seconds(30),
            maximumRetries: 2
        )
        configuration.retryDelay = .milliseconds(2)
        configuration.longestRetryWait = .milliseconds(200)
        return configuration
    }
}

typealias Setting = (inout OpenAIBackend.Configuration) -> Void

func set<Value>(_ path: WritableKeyPath<OpenAIBackend.Configuration, Value>, _ value: Value) -> Setting {
    { $0[keyPath: path] = value }
}

extension ChatRequest {
    static let greeting = ChatRequest(
        model: "m",
        instructions: Instructions("Be brief."),
        items: [.message(role: .user, parts: [.text("hi")])]
    )
}

extension EventLoopGroup where Self == MultiThreadedEventLoopGroup {
    static var testing: MultiThreadedEventLoopGroup { .singleton }
}

/// Lends a backend that is shut down afterwards.
func withBackend<Result>(
    _ configuration: OpenAIBackend.Configuration,
    _ body: (OpenAIBackend) async throws -> Result
) async throws -> Result {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let backend = try OpenAIBackend(
        configuration,
        eventLoopGroup: .testing,
        logger: logger
    )
    do {
        let result = try await body(backend)
        await backend.shutdown()
        return result
    } catch {
        await backend.shutdown()
        throw error
    }
}

/// Asks a scripted server once.
func ask(
    _ wireProtocol: OpenAIBackend.Configuration.Choice = .chatCompletions,
    _ request: ChatRequest = .greeting,
    settings: [Setting] = [],
    script: @escaping @Sendable (ScriptedBackend.Request) -> [ScriptedBackend.Step]
) async throws -> (outcome: ChatOutcome, events: [ChatEvent], requests: [ScriptedBackend.Request]) {
    try await ScriptedBackend.Script(script).run { server in
        var configuration = OpenAIBackend.Configuration.test(server.url, wireProtocol)
        for setting in settings { setting(&configuration) }
        let received = Received()
        let outcome = try await withBackend(configuration) { backend in
            try await backend.respond(to: request) { received.add($0) }
        }
        return (outcome, received.events, server.requests)
    }
}

/// Asks a scripted server that is expected to fail; returns the failure, what came before it, and the requests.
func askInVain(
    _ wireProtocol: OpenAIBackend.Configuration.Choice = .chatCompletions,
    _ request: ChatRequest = .greeting,
    settings: [Setting] = [],
    script: @escaping @Sendable (ScriptedBackend.Request) -> [ScriptedBackend.Step]
) async throws -> (error: ModelError, events: [ChatEvent], requests: [ScriptedBackend.Request]) {
    try await ScriptedBackend.Script(script).run { server in
        var configuration = OpenAIBackend.Configuration.test(server.url, wireProtocol)
        for setting in settings { setting(&configuration) }
        let received = Received()
        return try await withBackend(configuration) { backend in
            do {
                let outcome = try await backend.respond(to: request) { received.add($0) }
                throw UnexpectedSuccess(outcome: outcome)
            } catch let error as ModelError {
                return (error, received.events, server.requests)
            }
        }
    }
}

/// The failure that `body` ends in; nil when it succeeds.
func failure(of body: () async throws -> Void) async -> ModelError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ModelError
    }
}

struct UnexpectedSuccess: Error { let outcome: ChatOutcome }

extension AnswerStream {
    /// Reads payloads of events as they are, without HTTP.
    static func read(_ payloads: [String]) throws -> (events: [ChatEvent], outcome: ChatOutcome) {
        var stream = Self()
        var events: [ChatEvent] = []
        for payload in payloads {
            try Array(payload.utf8).withUnsafeBytes { bytes in
                let event = ServerSentEvent(name: UnsafeRawBufferPointer(start: nil, count: 0), data: bytes)
                try stream.receive(event) { events.append($0) }
            }
        }
        let outcome = try stream.finish { events.append($0) }
        return (events, outcome)
    }

    static func readWhole(_ body: String) throws -> (events: [ChatEvent], outcome: ChatOutcome) {
        var stream = Self()
        var events: [ChatEvent] = []
        try Array(body.utf8).withUnsafeBytes { try stream.receiveWhole($0) { events.append($0) } }
        let outcome = try stream.finish { events.append($0) }
        return (events, outcome)
    }

    /// The failure that payloads end in.
    static func failure(_ payloads: [String]) throws -> CallFailure {
        do {
            throw UnexpectedSuccess(outcome: try read(payloads).outcome)
        } catch let failure as CallFailure {
            return failure
        }
    }
}
