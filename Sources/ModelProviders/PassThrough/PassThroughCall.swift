import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One request that is passed on to the backend, until the end of its answer. Letting go of it, or `cancel`, breaks
/// off what is still going on.
package final class PassThroughCall: Sendable {
    private let backend: OpenAIBackend
    private let exchange: BackendExchange

    /// Of an answer that we read ourselves, bytes at most.
    private static let refusalBytes = 64 << 10

    init(backend: OpenAIBackend, patience: Patience) {
        self.backend = backend
        exchange = BackendExchange(patience: patience)
    }

    deinit { exchange.cancel() }

    /// Breaks the call off: whoever waits for it gets `cancelled`.
    package func cancel() { exchange.cancel() }

    /// Sends the request and waits for the head of the answer. To be called once.
    ///
    /// - Parameters:
    ///   - body: where the body comes from when it is streamed. It is read to its end, or until the backend refuses, and no longer
    ///     than this takes.
    ///   - limit: bytes of a streamed body at most.
    package func answer<Body: AsyncSequence & Sendable>(
        to request: PassThroughRequest,
        body: Body,
        limit: Int
    ) async throws(PassThroughFailure) -> PassThroughAnswer where Body.Element == ByteBuffer {
        let head: HTTPResponseHead
        do {
            head = try await send(request, body, limit)
        } catch {
            throw failure(error)
        }
        switch Int(head.status.code) {
        case 401, 403: throw await refusal(head)
        case 200..<300, 400...: break
        default:
            throw .backend(
                ModelError(.broken, "The model backend answered with status \(head.status.code), which is no answer.")
            )
        }
        return PassThroughAnswer(
            status: Int(head.status.code),
            headers: PassThroughHeaders.answer(head.headers),
            length: head.headers.first(name: "content-length").flatMap { Int($0) }
        )
    }

    /// The next piece of the answer's body, as it came; nil at its end. Fails when the backend breaks off.
    package func nextPiece() async throws(PassThroughFailure) -> ByteBuffer? {
        do {
            return try await withTaskCancellationHandler {
                try await exchange.nextPiece()
            } onCancel: {
                exchange.cancel()
            }
        } catch {
            throw failure(error)
        }
    }

    private func send<Body: AsyncSequence & Sendable>(
        _ request: PassThroughRequest,
        _ body: Body,
        _ limit: Int
    ) async throws -> HTTPResponseHead where Body.Element == ByteBuffer {
        let exchange = exchange
        return try await withTaskCancellationHandler {
            try exchange.start(request, at: backend.endpoints, on: backend.client)
            guard case .streamed(let length) = request.body else { return try await exchange.head() }
            async let upload: Void = exchange.upload(body, length: length, limit: limit)
            let head = await Self.result { try await exchange.head() }
            // Who refuses, or is not there, does not want the rest: the upload is cancelled, however long the caller pauses in it.
            if case .success(let head) = head, head.status.code < 300 { await upload }
            return try head.get()
        } onCancel: {
            exchange.cancel()
        }
    }

    private static func result<Value: Sendable>(
        _ work: () async throws -> Value
    ) async -> Result<Value, any Error> {
        do { return .success(try await work()) } catch { return .failure(error) }
    }

    /// Why the backend refuses us: with its own reason, as a key is not all that it may find wrong.
    private func refusal(_ head: HTTPResponseHead) async -> PassThroughFailure {
        var body = ByteBuffer()
        while body.readableBytes < Self.refusalBytes, let piece = try? await exchange.nextPiece() {
            body.writeImmutableBuffer(piece)
        }
        exchange.cancel()
        let report = body.withUnsafeReadableBytes { FailureReport($0) }
        let reason = report.message.map { " The backend says: \($0.prefix(FailureReport.maximumLength))" } ?? ""
        return failure(CallFailure(.unauthorized, Self.keyIsRefused(of: backend) + reason))
    }

    /// The key that was refused is the operator's, of which the caller knows nothing.
    static func keyIsRefused(of backend: OpenAIBackend) -> String {
        (backend.configuration.apiKey ?? "").isEmpty
            ? "The model backend asks for a key, and this server has none. Its operator should set OPENAI_API_KEY."
            : "The model backend refused the key that this server uses. Its operator should check OPENAI_API_KEY."
    }

    private func failure(_ error: any Error) -> PassThroughFailure {
        switch error {
        case let failure as PassThroughFailure: failure
        case is CancellationError: .cancelled
        case let failure as CallFailure:
            failure.error.kind == .cancelled ? .cancelled : .backend(backend.clean(failure.error))
        default: .backend(backend.clean(CallFailure(transport: error).error))
        }
    }
}
