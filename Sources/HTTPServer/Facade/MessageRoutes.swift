import AssistantsAPI
import Hummingbird
import NIOCore
import RunEngine
import Storage

/// `/api/v1/threads/{thread_id}/messages`
struct MessageRoutes: Sendable {
    let services: ServerServices
    let reader: BodyReader
    let prefix: FacadePrefix

    /// Bytes of messages that are read at once while a whole thread is written out.
    private static let chunk = 256 << 10

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("threads/:thread_id/messages", use: list)
        group.post("threads/:thread_id/messages", use: create)
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var fields = try await reader.object(of: request)
        let message = PendingMessage(
            id: services.ids.next(),
            role: fields.choice("role", default: Message.Role.user),
            content: Message.Content(text: fields.text("content")),
            metadata: fields.metadata()
        )
        try fields.check()
        let stored = try await services.threads.append(message, to: try context.threadID(), in: context.project)
        return JSONResponse.make(FacadeMessage(message: stored, links: prefix.links(for: request, context)))
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let thread = try context.threadID()
        let links = prefix.links(for: request, context)
        let limit = PageParameters.limits.upperBound
        let parameters = try PageParameters.read(request, defaultLimit: limit, defaultOrder: .ascending)
        guard PageParameters.namePage(request) else {
            return try await wholeThread(thread, order: parameters.order, links, in: context.project)
        }
        let page = try await services.threads.messages(parameters, of: thread, in: context.project)
        let shown = Page(items: page.items.map { FacadeMessage(message: $0, links: links) }, hasMore: page.hasMore)
        return JSONResponse.make { shown.write(to: &$0) { $0.message.id.rawValue } }
    }

    /// All messages, written as they are read: a thread of any length takes the memory of one chunk.
    private func wholeThread(
        _ thread: Identifier<AssistantThread>,
        order: PageRequest.Order,
        _ links: FacadeFileLinks,
        in project: ProjectID
    ) async throws -> Response {
        _ = try await services.threads.find(thread, in: project)
        let threads = services.threads
        let body = ResponseBody { writer in
            var sequence: Int?
            var (first, last): (String?, String?) = (nil, nil)
            try await writer.write(ByteBuffer(string: #"{"object":"list","data":["#))
            while let part = try await threads.messages(
                of: thread,
                after: sequence,
                order: order,
                bytes: Self.chunk
            ) {
                var json = JSONWriter(reservingCapacity: 64 * 1024)
                json.beginArray()
                for message in part.messages { json.value(FacadeMessage(message: message, links: links)) }
                var buffer = ByteBuffer(bytes: json.bytes)
                // The array goes on over several chunks: a comma takes the place of its opening bracket.
                if first == nil {
                    buffer.moveReaderIndex(forwardBy: 1)
                } else {
                    buffer.setInteger(UInt8(ascii: ","), at: 0)
                }
                try await writer.write(buffer)
                first = first ?? part.messages.first?.id.rawValue
                last = part.messages.last?.id.rawValue
                sequence = part.last
            }
            var tail = JSONWriter()
            tail.beginObject()
            tail.member("first_id", first)
            tail.member("last_id", last)
            tail.member("has_more", false)
            tail.endObject()
            try await writer.write(ByteBuffer(bytes: Array("],".utf8) + tail.bytes.dropFirst()))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }
}
