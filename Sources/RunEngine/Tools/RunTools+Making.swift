import AssistantsAPI
import Storage

extension RunWorker {
    /// What a run's model is offered. A search is offered where there is something to search in.
    func tools(for run: Run, live: LiveRun) async throws -> RunTools {
        var tools = RunTools(functions: run.settings.tools.compactMap(\.function))
        let settings = run.settings.tools.lazy.compactMap(\.fileSearch).first
        guard let settings, let search = fileSearch else { return tools }
        // The thread may have come with the run.
        try await live.waitUntilStored()
        let (own, project) = try await database.read { db in
            let thread = try db.threads.find(run.threadID)
            return (thread?.toolResources.vectorStoreIDs ?? [], try db.threads.project(of: run.threadID))
        }
        let ids = (run.settings.toolResources.vectorStoreIDs ?? []) + own
        guard let project, !ids.isEmpty else { return tools }
        if !own.isEmpty { try await search.waitUntilReady(own.map { Identifier($0) }, in: project) }
        let stores: [Identifier<VectorStore>] = ids.withoutRepeats.map { Identifier($0) }
        let tool = FileSearchTool(
            search,
            in: stores,
            of: project,
            settings: settings,
            filenames: try await search.filenames(in: stores, of: project, limit: FileSearchTool.namesShown),
            beside: run.settings.tools,
            contextTokens: configuration.contextTokens
        )
        tools.serverTools.append(("file_search", tool))
        return tools
    }
}

extension Tool {
    fileprivate var function: Function? {
        if case .function(let function) = self { function } else { nil }
    }

    fileprivate var fileSearch: FileSearch? {
        if case .fileSearch(let search) = self { search } else { nil }
    }
}

extension [String] {
    fileprivate var withoutRepeats: [String] {
        reduce(into: []) { kept, id in if !kept.contains(id) { kept.append(id) } }
    }
}
