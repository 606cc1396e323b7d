import AssistantsAPI
import Storage

/// The files that messages bring along, by the tools that are to see them.
struct ThreadAttachments: Sendable, Equatable {
    private(set) var searched: [Identifier<File>] = []
    private(set) var interpreted: [Identifier<File>] = []

    var isEmpty: Bool { searched.isEmpty && interpreted.isEmpty }

    /// - Parameter attachments: the JSON arrays that the API shows.
    init(_ attachments: [String]) {
        for attachment in attachments.flatMap({ (try? JSONValue(parsing: $0))?.arrayValue ?? [] }) {
            guard let id = attachment["file_id"]?.stringValue.map({ Identifier<File>($0) }) else { continue }
            let tools = (attachment["tools"]?.arrayValue ?? []).compactMap { $0["type"]?.stringValue }
            if tools.contains("file_search"), !searched.contains(id) { searched.append(id) }
            if tools.contains("code_interpreter"), !interpreted.contains(id) { interpreted.append(id) }
        }
    }
}

extension Connection {
    /// Lets a thread have the files that new messages of it bring along: those to be searched join its vector store, which
    /// is made if there is none that can be used; those for the code interpreter join its list.
    ///
    /// Throws `VectorStoreError.storeFull`.
    func join(
        _ attachments: ThreadAttachments,
        to id: Identifier<AssistantThread>,
        ids: IDGenerator,
        at time: Timestamp
    )
        throws
    {
        guard !attachments.isEmpty, var thread = try threads.find(id), let project = try threads.project(of: id) else {
            return
        }
        if !attachments.interpreted.isEmpty {
            let known = thread.toolResources.fileIDs ?? []
            let new = attachments.interpreted.map(\.rawValue).filter { !known.contains($0) }
            thread.toolResources.fileIDs = known + new
        }
        // A message may have waited for its run, and a file may be gone by now.
        let known = Set(try files.find(attachments.searched.map(\.rawValue), in: project, at: time).map(\.file.id))
        let searched = attachments.searched.filter(known.contains)
        if !searched.isEmpty {
            let store = try searchableStore(of: &thread, in: project, ids: ids, at: time)
            _ = try attach(searched.map { .init(file: $0) }, to: store, in: project, at: time)
        }
        try threads.update(thread)
    }

    private func searchableStore(
        of thread: inout AssistantThread,
        in project: ProjectID,
        ids: IDGenerator,
        at time: Timestamp
    ) throws -> Identifier<VectorStore> {
        let named = (thread.toolResources.vectorStoreIDs ?? []).map { Identifier<VectorStore>($0) }
        if let store = try vectorStores.find(named, in: project).first(where: { !$0.isExpired }) { return store.id }
        let new = NewVectorStore(id: ids.next(), expiration: .ofThreadStores)
        try create(new, in: project, at: time)
        thread.toolResources.vectorStoreIDs = [new.id.rawValue]
        return new.id
    }
}
