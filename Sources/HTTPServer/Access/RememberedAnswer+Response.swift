import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

extension RememberedAnswer {
    /// Headers that belong to the answer and not to the moment.
    private static let keptHeaders: [HTTPField.Name] = [
        .contentType, .location, .constant("openai-poll-after-ms"),
    ]

    /// - Parameter body: nil when it is not there, or no text.
    init?(_ response: Response, body: ByteBuffer) {
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        for name in Self.keptHeaders {
            guard let value = response.headers[name] else { continue }
            writer.key(name.canonicalName)
            writer.value(value)
        }
        writer.endObject()
        self.init(status: response.status.code, headers: writer.text, body: text)
    }

    func response() -> Response {
        var fields = HTTPFields()
        for member in (try? JSONValue(parsing: headers))?.objectValue?.members ?? [] {
            guard let name = HTTPField.Name(member.key), let value = member.value.stringValue else { continue }
            fields[name] = value
        }
        return Response(
            status: HTTPResponse.Status(code: status),
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}

extension Response {
    /// Streams of events and what a model has drawn or spoken are not remembered.
    var isJSON: Bool { headers[.contentType]?.hasPrefix("application/json") ?? false }

    /// The whole body, which is then there to be sent. Nil when it is known to be longer than `limit` bytes.
    ///
    /// Throws what goes wrong while the body is made, and `IdempotencyRefusal.answerTooLong` when it turns out to be
    /// longer than it may be.
    mutating func collectBody(upTo limit: Int) async throws -> ByteBuffer? {
        if let length = body.contentLength, length > limit { return nil }
        let collector = BodyCollector(limit: limit)
        do {
            try await body.write(collector)
        } catch  where collector.isFull {
            // Whoever makes the body may take a reader that gives up for one that has left.
            throw IdempotencyRefusal.answerTooLong
        }
        body = ResponseBody(byteBuffer: collector.buffer)
        return collector.buffer
    }
}

/// Takes a body into memory.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var buffer = ByteBuffer()
    /// Whether more came than it may take.
    private(set) var isFull = false
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func write(_ buffer: ByteBuffer) async throws {
        isFull = self.buffer.readableBytes + buffer.readableBytes > limit
        guard !isFull else { throw IdempotencyRefusal.answerTooLong }
        self.buffer.writeImmutableBuffer(buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
