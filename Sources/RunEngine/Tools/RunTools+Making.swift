import AssistantsAPI
import CodeInterpreter
import Foundation
import Storage

extension RunWorker {
    /// What a run's model is offered. A search is offered where there is something to search in.
    func tools(for run: Run, live: LiveRun) async throws -> RunTools {
        var tools = RunTools(functions: run.settings.tools.compactMap(\.function))
        if let code = try await codeTool(for: run, live: live) {
            tools.code = code
            tools.serverTools.append(("code_interpreter", code))
        }
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

    /// Code that the model is shown from the thread's runs before.
    private static let earlierCalls = 20

    /// Offered wherever it is wanted, even where no code can be run: the run tells why then, once the model wants some.
    private func codeTool(for run: Run, live: LiveRun) async throws -> CodeTool? {
        guard run.settings.tools.contains(.codeInterpreter), let code else { return nil }
        try await live.waitUntilStored()
        let isAlive = await code.runner.life(of: SessionKey(thread: run.threadID.rawValue)) != nil
        return try await database.read { db in
            guard let thread = try db.threads.find(run.threadID), let project = try db.threads.project(of: thread.id)
            else { return nil }
            let files = (run.settings.toolResources.fileIDs ?? []) + (thread.toolResources.fileIDs ?? [])
            let linked = try db.messages.contentsWithFileLinks(of: thread.id).flatMap(\.linkedFiles)
            return CodeTool(
                code,
                of: thread.id,
                in: project,
                inputs: try code.inputs(files, linked: linked, in: project, db),
                earlier: try db.runSteps.codeCalls(of: thread.id, limit: Self.earlierCalls),
                isAlive: isAlive,
                beside: run.settings.tools
            )
        }
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

extension Message.Content {
    /// The files that code made and this links, the last one first.
    fileprivate var linkedFiles: [LinkedFile] {
        parts.reversed().flatMap { part -> [LinkedFile] in
            guard case .text(let text) = part else { return [] }
            return text.annotations.reversed().compactMap { annotation in
                annotation.linkedName.map { LinkedFile(name: $0, fileID: annotation.fileID) }
            }
        }
    }
}

extension Message.Annotation {
    /// What a link to a file of the interpreter names, relative to `/mnt/data`; nil for other annotations.
    var linkedName: String? {
        guard kind == .filePath, text.hasPrefix(SandboxLink.start) else { return nil }
        let name = String(text.dropFirst(SandboxLink.start.count))
        return name.removingPercentEncoding ?? name
    }
}

extension [String] {
    fileprivate var withoutRepeats: [String] {
        reduce(into: []) { kept, id in if !kept.contains(id) { kept.append(id) } }
    }
}
