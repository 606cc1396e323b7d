import AssistantsAPI
import Storage

/// What a run is saying just now belongs to lists already, although it is stored only when it is whole: it is newer
/// than all that is stored.
struct UnstoredItems<Item: Sendable>: Sendable {
    /// Oldest first.
    let items: [Item]
    let id: @Sendable (Item) -> String

    /// The page with them. `read` reads it from the store.
    func page(_ request: PageRequest, _ read: (PageRequest) async throws -> Page<Item>) async throws -> Page<Item> {
        guard !items.isEmpty else { return try await read(request) }
        var stored = request
        var new = items
        // A cursor may name one of them, which the store does not know.
        if let place = new.firstIndex(where: { id($0) == request.after }) {
            switch request.order {
            case .ascending: return Page(items: Array(new[(place + 1)...].prefix(request.limit)), hasMore: false)
            case .descending:
                new.removeSubrange(place...)
                stored.after = nil
            }
        } else if request.after != nil, request.order == .descending {
            return try await read(request)
        }
        guard request.before == nil else { return try await read(request) }
        var page = try await read(stored)
        new.removeAll { item in page.items.contains { id($0) == id(item) } }
        switch request.order {
        case .descending: page.items = new.reversed() + page.items
        case .ascending: if !page.hasMore { page.items += new }
        }
        if page.items.count > request.limit {
            page.items.removeLast(page.items.count - request.limit)
            page.hasMore = true
        }
        return page
    }

    func first(_ wanted: String) -> Item? { items.first { id($0) == wanted } }
}

extension RunWorker {
    func unstoredMessages(of thread: Identifier<AssistantThread>) -> UnstoredItems<Message> {
        UnstoredItems(items: turn(in: thread)?.messages ?? []) { $0.id.rawValue }
    }

    func unstoredSteps(of run: Identifier<Run>) -> UnstoredItems<RunStep> {
        UnstoredItems(items: liveRuns.find(run)?.turn?.steps ?? []) { $0.id.rawValue }
    }
}

extension ThreadService {
    /// The messages of a thread, or those that `run` wrote, with what is being said just now.
    ///
    /// Throws `EngineError.threadNotFound`.
    package func currentMessages(
        _ request: PageRequest,
        of thread: Identifier<AssistantThread>,
        writtenBy run: Identifier<Run>?,
        in project: ProjectID
    ) async throws -> Page<Message> {
        guard let run else {
            return try await worker.unstoredMessages(of: thread).page(request) { request in
                try await messages(request, of: thread, in: project)
            }
        }
        let unstored = worker.unstoredMessages(of: thread)
        return try await UnstoredItems(items: unstored.items.filter { $0.runID == run }, id: unstored.id)
            .page(request) { request in try await messages(request, of: thread, writtenBy: run, in: project) }
    }

    /// A message, be it one that is being said just now. Throws `EngineError.threadNotFound` or `.messageNotFound`.
    package func currentMessage(
        _ id: Identifier<Message>,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID
    ) async throws -> Message {
        let unstored = worker.unstoredMessages(of: thread).first(id.rawValue)
        do {
            return try await message(id, of: thread, in: project)
        } catch EngineError.messageNotFound(let id) {
            guard let unstored else { throw EngineError.messageNotFound(id) }
            return unstored
        }
    }
}
