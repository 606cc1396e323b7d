import AssistantsAPI
import AsyncHTTPClient
import CodeInterpreter
import NIOCore
import NIOHTTP1

/// The requests to a runner.
struct RunnerConnection: Sendable {
    private let client: HTTPClient
    private let root: String
    private let key: String?

    /// Each cell that runs holds a connection, and none may wait for another one's.
    private static let maximumConnections = 4096
    /// Of a runner that is to send something, if only a line break: several times as long as it takes for that.
    private static let longestSilence = TimeAmount.seconds(30)
    /// Of answers: the body of a refusal, too.
    private static let largestAnswer = CodeRunnerProtocol.largestAnswer

    init(baseURL: String, key: String?, eventLoopGroup: any EventLoopGroup) {
        root = "\(baseURL)/v1"
        self.key = key
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(5), read: Self.longestSilence, write: Self.longestSilence),
            connectionPool: .init(
                idleTimeout: .seconds(30),
                concurrentHTTP1ConnectionsPerHostSoftLimit: Self.maximumConnections
            ),
            decompression: .disabled
        )
        // A runner that is not there is to be told of at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.tracing.tracer = nil
        client = HTTPClient(eventLoopGroup: eventLoopGroup, configuration: configuration)
    }

    func shutdown() async { try? await client.shutdown() }

    /// An answer in JSON; null for one without a body.
    ///
    /// - Throws: ``RunnerRefusal``, ``RunnerLoss``, `CancellationError`.
    func json(_ method: HTTPMethod, _ path: [String], _ body: [UInt8]? = nil) async throws -> JSONValue {
        var request = request(method, path)
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        return try await Self.json(try await send(request))
    }

    func upload(_ body: InputBody, size: Int, to path: [String]) async throws {
        var request = request(.PUT, path)
        request.headers.add(name: "content-type", value: "application/octet-stream")
        request.body = .stream(body, length: .known(Int64(size)))
        _ = try await Self.json(try await send(request))
    }

    /// - Parameter consume: Is given the body of what is no refusal, piece by piece.
    /// - Throws: What ``json(_:_:_:)`` and `consume` throw.
    nonisolated(nonsending) func download(
        _ path: [String],
        query: [(String, String)],
        consume: (ByteBuffer) async throws -> Void
    ) async throws {
        let response = try await send(request(.GET, path, query: query))
        guard response.status == .ok else {
            _ = try await Self.json(response)
            throw RunnerLoss.unintelligible
        }
        var body = response.body.makeAsyncIterator()
        while let piece = try await Self.next(&body) { try await consume(piece) }
    }

    // MARK: Requests

    private func request(_ method: HTTPMethod, _ path: [String], query: [(String, String)] = []) -> HTTPClientRequest {
        var url = root
        for part in path { url += "/" + part.percentEncoded }
        for (index, item) in query.enumerated() {
            url += "\(index == 0 ? "?" : "&")\(item.0)=\(item.1.percentEncoded)"
        }
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        return request
    }

    /// Sends the request and waits for the head of its answer.
    private func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        do {
            do {
                return try await client.execute(request, deadline: .distantFuture)
            } catch  where RunnerLoss.isStaleConnection(error) {
                return try await client.execute(request, deadline: .distantFuture)
            }
        } catch {
            try Task.checkCancellation()
            if error is CodeRunnerFailure { throw error }
            throw RunnerLoss(error, hadBegun: false)
        }
    }

    private static func json(_ response: HTTPClientResponse) async throws -> JSONValue {
        var bytes: [UInt8] = []
        var body = response.body.makeAsyncIterator()
        while let piece = try await next(&body) {
            bytes += piece.readableBytesView
            guard bytes.count <= largestAnswer else { throw RunnerLoss(RunnerLoss.unintelligible, hadBegun: true) }
        }
        if bytes.isEmpty, response.status == .noContent { return .null }
        guard let json = bytes.withUnsafeBytes({ try? JSONValue(parsing: $0) }) else {
            throw RunnerLoss(RunnerLoss.unintelligible, hadBegun: response.status == .ok)
        }
        if let refusal = RunnerRefusal(json) { throw refusal }
        guard response.status == .ok else { throw RunnerLoss.unintelligible }
        return json
    }

    /// The next piece of an answer; nil at its end.
    private static func next(_ body: inout HTTPClientResponse.Body.AsyncIterator) async throws -> ByteBuffer? {
        do {
            let piece = try await body.next()
            // To who is cancelled a body just ends.
            try Task.checkCancellation()
            return piece
        } catch {
            try Task.checkCancellation()
            throw RunnerLoss(error, hadBegun: true)
        }
    }
}
