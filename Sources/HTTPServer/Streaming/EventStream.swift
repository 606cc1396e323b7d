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

    /// - Parameter channel: the connection of the request that is answered.
    static func response(
        on channel: any Channel,
        _ body: @escaping @Sendable (inout Writer) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                var events = Writer(writer: writer, channel: channel)
                try await body(&events)
                try await events.writer.finish(nil)
            }
        )
    }

    /// Writes blocks of events. A client that reads slowly holds up its own stream only.
    struct Writer {
        fileprivate var writer: any ResponseBodyWriter
        fileprivate let channel: any Channel

        mutating func write(_ block: EventBlock) async throws {
            guard !block.isEmpty else { return }
            try await writer.write(block.buffer)
        }

        /// Writes what `encoding` makes of each event of a run, until it has enough, or the run has told all.
        mutating func follow<Encoding: RunEventEncoding>(
            _ live: LiveRun,
            from start: Int = 0,
            _ encoding: inout Encoding
        ) async throws {
            var place = start
            while true {
                let stop = await EventPump(live, from: place, encoding, to: channel).run()
                (place, encoding) = (stop.place, stop.encoding)
                switch stop.reason {
                case .isToldAll: return
                case .isCancelled: throw CancellationError()
                case .hasLeft: throw ChannelError.ioOnClosedChannel
                case .isFull: break
                }
                // This waits until the client has read.
                guard case .events(let events) = try await live.news(from: place) else { continue }
                var block = EventBlock()
                place += events.count
                let goesOn = encoding.encode(events, &block)
                try await write(block)
                if !goesOn { return }
            }
        }
    }
}
