import AssistantsAPI
import CodeInterpreter
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// Answers servers that have their code run here, as `Documentation/code-runner-protocol.md` says.
struct CodeRunnerRoutes: Sendable {
    let runner: ServedCodeRunner
    let key: BearerKey?
    let logger: Logger

    func respond(to request: Request, _ writer: consuming ResponseWriter, over channel: any Channel) async throws {
        let answer: Answer
        do {
            if let key, !key.isBrought(by: request.headers[.authorization]) { throw RunnerRefusal.unauthorized }
            let resource = try CodeRunnerResource(request)
            if request.headers[.expect]?.lowercased() == "100-continue" {
                try await writer.writeInformationalHead(HTTPResponse(status: .continue))
            }
            answer = try await self.answer(resource, request)
        } catch let refusal as RunnerRefusal {
            return try await write(refusal, writer)
        }
        switch answer {
        case .nothing: try await writer.writeResponse(HTTPResponse(status: .noContent))
        case .json(let bytes): try await Self.write(bytes, status: .ok, writer)
        case .cell(let order, let session): try await run(order, in: session, writer, over: channel)
        case .file(let path, let session, let limit):
            try await send(path, of: session, limit: limit, writer)
        }
    }

    private enum Answer {
        case nothing
        case json([UInt8])
        case cell(CellOrder, SessionKey)
        case file(String, SessionKey, limit: Int)
    }

    private func answer(_ resource: CodeRunnerResource, _ request: Request) async throws -> Answer {
        switch resource {
        case .status: return .json(await runner.status().jsonBytes)
        case .life(let session):
            guard let life = await runner.life(of: session) else { throw RunnerRefusal.notFound }
            return .json(JSONValue.object(JSONObject([("life", .string(life.id))])).jsonBytes)
        case .end(let session):
            await runner.end(session)
            return .nothing
        case .input(let file, let session):
            try await receive(file, for: session, request)
            return .nothing
        case .cell(let session):
            let order = try CellOrder(parsing: try await Self.body(of: request))
            try await runner.checkInputs(of: order, in: session)
            return .cell(order, session)
        case .file(let path, let session, let limit): return .file(path, session, limit: limit)
        }
    }

    private static func body(of request: Request) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in request.body {
            bytes += part.readableBytesView
            guard bytes.count <= CodeRunnerProtocol.largestOrder else { throw RunnerRefusal.invalid("it is too long") }
        }
        return bytes
    }

    private func receive(_ file: String, for session: SessionKey, _ request: Request) async throws {
        guard let size = request.headers[.contentLength].flatMap({ Int($0) }), size >= 0 else {
            throw RunnerRefusal.invalid("Content-Length is missing")
        }
        try await runner.receive(file, for: session, size: size) { incoming in
            for try await part in request.body { try await incoming.write(Array(part.readableBytesView)) }
        }
    }

    // MARK: Cells

    /// Runs a cell while the server waits: one that goes away stops it. The answer has begun by then, so that what goes
    /// wrong from here on is told in its body.
    private func run(
        _ order: CellOrder,
        in session: SessionKey,
        _ writer: consuming ResponseWriter,
        over channel: any Channel
    ) async throws {
        var body: any ResponseBodyWriter = try await writer.writeHead(
            HTTPResponse(status: .ok, headerFields: [.contentType: "application/json"])
        )
        let (departures, departed) = AsyncStream.makeStream(of: Void.self)
        let departure = try await ClientDeparture(of: channel) { departed.finish() }
        defer { departure.stop() }
        let answer = try await withThrowingTaskGroup(of: Happening.self) { group in
            defer { group.cancelAll() }
            group.addTask { .end(try await self.outcome(order, in: session)) }
            group.addTask {
                for await _ in departures {}
                return .departure
            }
            group.addTask { try await Self.pause() }
            while let happening = try await group.next() {
                switch happening {
                case .end(let answer): return answer
                case .departure: throw CancellationError()
                case .pause:
                    try await body.write(ByteBuffer(string: "\n"))
                    group.addTask { try await Self.pause() }
                }
            }
            throw CancellationError()
        }
        try await body.write(ByteBuffer(bytes: answer))
        try await body.finish(nil)
    }

    private enum Happening {
        case end([UInt8])
        /// The server has left.
        case departure
        case pause
    }

    private static func pause() async throws -> Happening {
        try await Task.sleep(for: CodeRunnerProtocol.heartbeat)
        return .pause
    }

    private func outcome(_ order: CellOrder, in session: SessionKey) async throws -> [UInt8] {
        do {
            return try await runner.run(order, in: session).jsonBytes
        } catch let refusal as RunnerRefusal {
            return refusal.jsonBytes
        }
    }

    // MARK: Files

    private func send(
        _ path: String,
        of session: SessionKey,
        limit: Int,
        _ writer: consuming ResponseWriter
    ) async throws {
        var answer = FileAnswer(writer)
        do {
            try await runner.read(path, of: session, limit: limit) { try await answer.write($0) }
            try await answer.finish()
        } catch let refusal as RunnerRefusal {
            // A file that breaks off is told by its missing end alone.
            guard let writer = answer.givenUp() else { throw refusal }
            try await write(refusal, writer)
        }
    }

    // MARK: Refusals

    private func write(_ refusal: RunnerRefusal, _ writer: consuming ResponseWriter) async throws {
        if refusal == .unauthorized { logger.warning("A request brought no key, or another one") }
        try await Self.write(refusal.jsonBytes, status: .init(code: refusal.status), writer)
    }

    private static func write(
        _ json: [UInt8],
        status: HTTPResponse.Status,
        _ writer: consuming ResponseWriter
    ) async throws {
        let head = HTTPResponse(
            status: status,
            headerFields: [.contentType: "application/json", .contentLength: "\(json.count)"]
        )
        try await writer.write(response: head, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
