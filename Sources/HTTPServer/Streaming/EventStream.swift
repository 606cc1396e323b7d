import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore
import RunEngine

/// Server-sent events, collected so that what is ready at one moment leaves in one write.
struct EventBlock {
    private var writer = JSONWriter()

    var isEmpty: Bool { writer.bytes.isEmpty }
    var buffer: ByteBuffer { ByteBuffer(bytes: writer.bytes) }

    /// Appends an event whose data is JSON; `id` is a number that the client may come back with.
    mutating func event(_ name: String, id: Int? = nil, _ data: some JSONWritable) {
        event(name, id: id) { $0.value(data) }
    }

    /// The number stands in the block of its data: some clients take a block without data for a broken one.
    mutating func event(_ name: String, id: Int? = nil, _ write: (inout JSONWriter) -> Void) {
        writer.between("event: ")
        writer.between(name)
        if let id { writer.between("\nid: \(id)") }
        writer.between("\ndata: ")
        write(&writer)
        writer.between("\n\n")
    }

    mutating func done() { writer.between("event: done\ndata: [DONE]\n\n") }

    /// A line that clients ignore: it shows proxies and clients that the stream is alive.
    mutating func comment() { writer.between(": ping\n\n") }
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
            guard !block.isEmpty else { return }
            try await writer.write(block.buffer)
        }

        /// Writes what `encode` makes of each event of a run, until it returns false for one, or the run has told all.
        mutating func follow(
            _ live: LiveRun,
            from start: Int = 0,
            _ encode: (StreamEvent, inout EventBlock) throws -> Bool
        ) async throws {
            var index = start
            var goesOn = true
            while goesOn {
                var block = EventBlock()
                switch try await live.news(from: index) {
                case .events(let events):
                    index += events.count
                    for event in events where goesOn { goesOn = try encode(event, &block) }
                case .nothingYet: block.comment()
                case .over: return
                }
                try await write(block)
            }
        }
    }
}
