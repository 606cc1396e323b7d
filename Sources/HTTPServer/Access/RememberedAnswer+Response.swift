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
    /// Whether the answer is a stream of events, which is not remembered: its run is.
    var isEventStream: Bool { headers[.contentType]?.hasPrefix("text/event-stream") ?? false }

    /// The whole body, which is then there to be sent. Nil when it is longer than `limit` bytes.
    ///
    /// Throws what goes wrong while the body is made.
    mutating func collectBody(upTo limit: Int) async throws -> ByteBuffer? {
        if let length = body.contentLength, length > limit { return nil }
        let collector = BodyCollector()
        try await body.write(collector)
        body = ResponseBody(byteBuffer: collector.buffer)
        return collector.buffer.readableBytes <= limit ? collector.buffer : nil
    }
}

/// Takes a body into memory.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var buffer = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws { self.buffer.writeImmutableBuffer(buffer) }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
