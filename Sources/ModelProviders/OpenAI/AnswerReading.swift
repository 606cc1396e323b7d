import Foundation
import NIOCore
import NIOHTTP1

/// Takes an HTTP answer as it comes: an event stream, one JSON object, or a refusal.
///
/// What a body is shows in its first letter, not in its content type, which local servers get wrong.
struct AnswerReading<Stream: AnswerStream>: Sendable {
    private enum Phase {
        case head
        /// A success whose body has not begun.
        case unknown
        case events
        /// One JSON object, or what is neither that nor a stream.
        case object(ByteBuffer)
        case page(ByteBuffer)
        case refusal(HTTPResponseHead, ByteBuffer)
        case ended
    }

    /// The largest answer that is taken in one piece, in bytes.
    private let maximumObjectSize = 16 << 20
    /// How much of a refusal is read, in bytes.
    private let maximumRefusalSize = 64 << 10

    private var phase = Phase.head
    private var decoder = ServerSentEventDecoder()
    private(set) var stream = Stream()

    init() {}

    /// Whether anything of the answer has come.
    var hasBegun: Bool {
        if case .head = phase { false } else { true }
    }

    mutating func begin(_ head: HTTPResponseHead) {
        phase = 200..<300 ~= head.status.code ? .unknown : .refusal(head, ByteBuffer())
    }

    /// Takes a piece of the body. Returns the outcome as soon as the answer is whole.
    mutating func receive(
        _ buffer: ByteBuffer,
        emit: (ChatEvent) -> Void
    ) throws(CallFailure) -> ChatOutcome? {
        switch phase {
        case .events: return try readEvents(buffer, emit)
        case .unknown:
            recognise(buffer)
            if case .unknown = phase { return nil }
            return try receive(buffer, emit: emit)
        case .object(var known):
            phase = .ended
            guard known.readableBytes + buffer.readableBytes <= maximumObjectSize else {
                throw .broken("The model backend sent an answer of more than 16 MiB.")
            }
            known.writeImmutableBuffer(buffer)
            phase = .object(known)
        case .page(var known):
            phase = .ended
            if known.readableBytes < maximumRefusalSize { known.writeImmutableBuffer(buffer) }
            phase = .page(known)
        case .refusal(let head, var known):
            phase = .ended
            if known.readableBytes < maximumRefusalSize { known.writeImmutableBuffer(buffer) }
            phase = .refusal(head, known)
        case .head, .ended: break
        }
        return nil
    }

    mutating func finish(emit: (ChatEvent) -> Void) throws(CallFailure) -> ChatOutcome {
        let phase = self.phase
        self.phase = .ended
        switch phase {
        case .events:
            try Self.finish(&decoder, &stream, emit)
            return try stream.finish(emit: emit)
        case .object(let buffer):
            try Self.receiveWhole(buffer, &stream, emit)
            return try stream.finish(emit: emit)
        case .page(let buffer):
            let report = buffer.withUnsafeReadableBytes { FailureReport($0) }
            let title = report.message.map { ": " + $0.prefix(FailureReport.maximumLength) } ?? "."
            throw .broken("The model backend answered with a web page" + title)
        case .refusal(let head, let body): throw refusal(head, body)
        case .head, .unknown, .ended: throw .broken("The model backend sent an empty answer.")
        }
    }

    /// What can be said about an answer that was interrupted: nothing, unless all that matters had come.
    mutating func interrupted(emit: (ChatEvent) -> Void) -> Result<ChatOutcome, CallFailure>? {
        switch phase {
        case .refusal(let head, let body): return .failure(refusal(head, body))
        case .events:
            var attempt = stream
            guard let outcome = try? attempt.finish(emit: { _ in }) else { return nil }
            _ = try? stream.finish(emit: emit)
            return .success(outcome)
        default: return nil
        }
    }

    private mutating func recognise(_ buffer: ByteBuffer) {
        let first = buffer.readableBytesView.first { !$0.isWhitespace }
        switch first {
        case nil: break
        case UInt8(ascii: "{"), UInt8(ascii: "["): phase = .object(ByteBuffer())
        case UInt8(ascii: "<"): phase = .page(ByteBuffer())
        default: phase = .events
        }
    }

    private mutating func readEvents(
        _ buffer: ByteBuffer,
        _ emit: (ChatEvent) -> Void
    ) throws(CallFailure) -> ChatOutcome? {
        try Self.decode(buffer, &decoder, &stream, emit)
        guard stream.isComplete else { return nil }
        phase = .ended
        return try stream.finish(emit: emit)
    }

    // Static, so that decoder and stream are two separate accesses.

    private static func decode(
        _ buffer: ByteBuffer,
        _ decoder: inout ServerSentEventDecoder,
        _ stream: inout Stream,
        _ emit: (ChatEvent) -> Void
    ) throws(CallFailure) {
        let result = buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(CallFailure) in
                try decoder.decode(bytes) { (event) throws(CallFailure) in try stream.receive(event, emit: emit) }
            }
        }
        try result.get()
    }

    private static func finish(
        _ decoder: inout ServerSentEventDecoder,
        _ stream: inout Stream,
        _ emit: (ChatEvent) -> Void
    ) throws(CallFailure) {
        try decoder.finish { (event) throws(CallFailure) in try stream.receive(event, emit: emit) }
    }

    private static func receiveWhole(
        _ buffer: ByteBuffer,
        _ stream: inout Stream,
        _ emit: (ChatEvent) -> Void
    ) throws(CallFailure) {
        let result = buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(CallFailure) in try stream.receiveWhole(bytes, emit: emit) }
        }
        try result.get()
    }

    private func refusal(_ head: HTTPResponseHead, _ body: ByteBuffer) -> CallFailure {
        body.withUnsafeReadableBytes { bytes in
            CallFailure(
                status: Int(head.status.code),
                retryAfter: RetryAfter.read(head.headers, now: Date()),
                shouldRetry: RetryAfter.verdict(head.headers),
                body: bytes
            )
        }
    }
}

extension UInt8 {
    fileprivate var isWhitespace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
