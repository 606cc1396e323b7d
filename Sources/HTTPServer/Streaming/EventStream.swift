import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore
import RunEngine

/// Server-sent events, collected so that what is ready at one moment leaves in one write.
struct EventBlock {
    private(set) var buffer = ByteBuffer()

    /// Appends an event whose data is JSON; `id` is a number that the client may come back with.
    mutating func event(_ name: String, id: Int? = nil, _ data: some JSONWritable) {
        var writer = JSONWriter()
        writer.value(data)
        append(name, id: id, writer.bytes)
    }

    mutating func event(_ name: String, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        append(name, writer.bytes)
    }

    mutating func done() { append("done", Array("[DONE]".utf8)) }

    /// A line that clients ignore: it shows proxies and clients that the stream is alive.
    mutating func comment() { buffer.writeString(": ping\n\n") }

    /// The number stands in the block of its data: some clients take a block without data for a broken one.
    private mutating func append(_ name: String, id: Int? = nil, _ data: [UInt8]) {
        buffer.writeString("event: ")
        buffer.writeString(name)
        if let id { buffer.writeString("\nid: \(id)") }
        buffer.writeString("\ndata: ")
        buffer.writeBytes(data)
        buffer.writeString("\n\n")
    }
}

/// An answer that is a stream of events.
enum EventStream {
    /// `X-Accel-Buffering` makes nginx pass each event on at once.
    private static let headers: HTTPFields = [
        .contentType: "text/event-stream; charset=utf-8",
        .cacheControl: "no-cache",
        .constant("x-accel-buffering"): "no",
    ]

    static func response(_ body: @escaping @Sendable (inout Writer) async throws -> Void) -> Response {
        Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                var events = Writer(writer: writer)
                try await body(&events)
                try await events.writer.finish(nil)
            }
        )
    }

    /// Writes blocks of events. A client that reads slowly holds up its own stream only.
    struct Writer {
        fileprivate var writer: any ResponseBodyWriter

        mutating func write(_ block: EventBlock) async throws {
            guard block.buffer.readableBytes > 0 else { return }
            try await writer.write(block.buffer)
        }

        /// Writes what `encode` makes of each event of a run, from its first to its last.
        mutating func follow(
            _ live: LiveRun,
            from start: Int = 0,
            _ encode: (StreamEvent, inout EventBlock) throws -> Void
        ) async throws {
            var index = start
            while true {
                var block = EventBlock()
                switch try await live.news(from: index) {
                case .events(let events):
                    index += events.count
                    for event in events { try encode(event, &block) }
                case .nothingYet: block.comment()
                case .over: return
                }
                try await write(block)
            }
        }
    }
}
