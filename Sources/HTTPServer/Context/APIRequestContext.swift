import AssistantsAPI
import Hummingbird
import Logging
import NIOCore
import RunEngine
import Storage
import Synchronization

/// What accompanies a request on its way: its id, where it came from and whose it is.
struct APIRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// `req_` and 32 hexadecimal digits, as in the header `x-request-id` of the answer.
    let requestID: String
    /// The connection that it came over.
    let channel: any Channel
    /// What the request turned out to be about, for the log.
    let subject = RequestSubject()
    /// The part of the server that it addresses.
    var surface = RequestSurface.unknown
    /// Who sends it: all reads and writes are confined to this sender's project.
    var principal = Principal.anyone
    /// How the sender stands with its limits; nil when there are none.
    var allowance: RequestAllowance?

    /// Address of the peer, a proxy's perhaps; nil where there is none.
    var peerAddress: SocketAddress? { channel.remoteAddress }

    /// What all reads and writes of the request are confined to.
    var project: ProjectID { principal.project }

    init(source: ApplicationRequestContextSource) {
        requestID = Self.makeRequestID()
        channel = source.channel
        coreContext = CoreRequestContextStorage(source: source)
    }

    static func makeRequestID() -> String {
        let (first, second) = RandomWords.pair()
        let hex: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 36) { buffer in
            for (index, byte) in "req_".utf8.enumerated() { buffer[index] = byte }
            for digit in 0..<16 {
                let shift = UInt64(digit * 4)
                buffer[4 + digit] = hex.utf8Start[Int(first >> shift & 15)]
                buffer[20 + digit] = hex.utf8Start[Int(second >> shift & 15)]
            }
            return 36
        }
    }
}

/// What a request turned out to be about: the thread and the run that its path names, or else those that it led to.
final class RequestSubject: Sendable {
    private struct State {
        /// Of the path; nil for a request that has no route.
        var parameters: Parameters?
        var run: (id: Identifier<Run>, thread: Identifier<AssistantThread>)?
        var later: LaterAnswer?
    }

    private let state = Mutex(State())

    /// To be called by the route.
    func set(_ parameters: Parameters) { state.withLock { $0.parameters = parameters } }

    func set(_ run: Run) { set(run.id, of: run.threadID) }

    func set(_ run: Identifier<Run>, of thread: Identifier<AssistantThread>) {
        state.withLock { $0.run = (run, thread) }
    }

    /// Has the request wait for its answer, which is not there when its route returns. Returns what the route is to return.
    func answer(_ later: @escaping LaterAnswer) -> Response {
        state.withLock { $0.later = later }
        return Response(status: .ok)
    }

    /// What the request waits for behind its route; nil when the route's answer is the answer.
    func takeLater() -> LaterAnswer? {
        state.withLock { state in
            defer { state.later = nil }
            return state.later
        }
    }

    var hasRoute: Bool { state.withLock { $0.parameters != nil } }

    var thread: String? { state.withLock { $0.parameters?.get("thread_id") ?? $0.run?.thread.rawValue } }
    var run: String? { state.withLock { $0.parameters?.get("run_id") ?? $0.run?.id.rawValue } }
}

/// Waits for an answer and gives it. What a route needs to begin its work is let go meanwhile: thousands may wait.
typealias LaterAnswer = @Sendable () async throws -> Response
