import AssistantsAPI
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on a socket that answers each request with the bytes that a test dictates, wrong ones included.
final class ScriptedBackend: Sendable {
    struct Request: Sendable {
        /// Counts all requests of the server from 1.
        var number: Int
        var method: String
        var path: String
        /// Names in small letters.
        var headers: [String: String]
        var body: [UInt8]
        /// Which connection it came on, counted from 1.
        var connection: Int

        var json: JSONValue { (try? JSONValue(parsing: String(decoding: body, as: UTF8.self))) ?? .null }
    }

    enum Step: Sendable {
        case send([UInt8])
        /// Every byte is a write of its own.
        case sendBytewise([UInt8])
        case pause(Duration)
        /// Breaks the connection without a farewell.
        case reset
        case close
        /// Goes on when the client closes the connection.
        case silence

        static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    /// What the server does with each request.
    struct Script: Sendable {
        let steps: @Sendable (Request) -> [Step]

        init(_ steps: @escaping @Sendable (Request) -> [Step]) { self.steps = steps }

        /// Lends a server that follows the script.
        func run<Result>(_ body: (ScriptedBackend) async throws -> Result) async throws -> Result {
            let server = try await ScriptedBackend(self)
            do {
                let result = try await body(server)
                try await server.channel.close()
                return result
            } catch {
                try? await server.channel.close()
                throw error
            }
        }
    }

    private let channel: any Channel
    private let record: Record

    /// `http://127.0.0.1:…/v1`
    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1" }
    var requests: [Request] { record.requests.withLock { $0 } }
    var connections: Int { record.connections.load(ordering: .relaxed) }

    /// Waits until clients have closed a connection on which the server kept silent.
    func clientLeft() async {
        var iterator = record.departures.makeAsyncIterator()
        _ = await iterator.next()
    }

    private init(_ script: Script) async throws {
        let record = Record()
        self.record = record
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(script, record))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }
}

private final class Record: Sendable {
    let requests = Mutex<[ScriptedBackend.Request]>([])
    let connections = Atomic<Int>(0)
    let departures: AsyncStream<Void>
    let departed: AsyncStream<Void>.Continuation

    init() { (departures, departed) = AsyncStream.makeStream() }

    func add(_ request: ScriptedBackend.Request) -> ScriptedBackend.Request {
        requests.withLock { requests in
            var request = request
            request.number = requests.count + 1
            requests.append(request)
            return request
        }
    }
}

private final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let script: ScriptedBackend.Script
    private let record: Record
    private let number: Int
    private var received: [UInt8] = []
    private var isSilent = false

    init(_ script: ScriptedBackend.Script, _ record: Record) {
        self.script = script
        self.record = record
        number = record.connections.wrappingAdd(1, ordering: .relaxed).newValue
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        while let request = takeRequest() { perform(script.steps(record.add(request))[...], context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isSilent { record.departed.yield() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func takeRequest() -> ScriptedBackend.Request? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        guard received.count >= end.upperBound + length else { return nil }
        let body = Array(received[end.upperBound..<(end.upperBound + length)])
        received.removeFirst(end.upperBound + length)
        let words = lines[0].split(separator: " ")
        return .init(
            number: 0,
            method: String(words[0]),
            path: String(words[1]),
            headers: headers,
            body: body,
            connection: number
        )
    }

    private func perform(_ steps: ArraySlice<ScriptedBackend.Step>, _ context: ChannelHandlerContext) {
        guard let step = steps.first, context.channel.isActive else { return }
        let rest = steps.dropFirst()
        switch step {
        case .send(let bytes): context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
        case .sendBytewise(let bytes):
            for byte in bytes { context.writeAndFlush(NIOAny(ByteBuffer(bytes: [byte])), promise: nil) }
        case .pause(let time):
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .nanoseconds(time.components.attoseconds / 1_000_000_000)) {
                bound.value.0.perform(rest, bound.value.1)
            }
            return
        case .reset:
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            context.close(promise: nil)
        case .close: context.close(promise: nil)
        case .silence: isSilent = true
        }
        perform(rest, context)
    }
}
