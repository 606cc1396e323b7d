import AssistantsAPI
import CodeInterpreter
import Foundation
import Logging
import Storage

extension RunWorker {
    /// What a run's model is offered. A search is offered where there is something to search in, and queries where there is
    /// data.
    func tools(for begun: RunExecution.Begun, live: LiveRun) async throws -> RunTools {
        let offered = begun.run.settings.tools
        if offered.allSatisfy(\.isRunByCaller) { return RunTools(functions: offered.functionsOfCaller) }
        let asksForData = offered.contains { $0.isQueryData }
        let code = try await codeTool(for: begun, live: live)
        let data = asksForData ? try await queryData(for: begun, live: live) : nil
        return RunTools(
            functions: offered.functionsOfCaller,
            code: code,
            data: data,
            asksForData: asksForData,
            search: try await fileSearchTool(for: begun, live: live)
        )
    }

    /// Nil when there is no store to search in.
    @inline(never)
    private func fileSearchTool(for begun: RunExecution.Begun, live: LiveRun) async throws -> (any ServerTool)? {
        let run = begun.run
        let settings = run.settings.tools.lazy.compactMap { $0.fileSearch }.first
        guard let settings, let search = fileSearch else { return nil }
        // The thread may have come with the run.
        try await live.waitUntilStored(hurrying: database)
        let (own, project) = try await database.read { db in
            let thread = try db.threads.find(run.threadID)
            return (thread?.toolResources.vectorStoreIDs ?? [], try db.threads.project(of: run.threadID))
        }
        let ids = (run.settings.toolResources.vectorStoreIDs ?? []) + own
        guard let project, !ids.isEmpty else { return nil }
        if !own.isEmpty { try await search.waitUntilReady(own.map { Identifier($0) }, in: project) }
        let stores: [Identifier<VectorStore>] = ids.withoutRepeats.map { Identifier($0) }
        return FileSearchTool(
            search,
            in: stores,
            of: project,
            settings: settings,
            filenames: try await search.filenames(in: stores, of: project, limit: FileSearchTool.namesShown),
            beside: run.settings.tools,
            contextTokens: configuration.contextTokens
        )
    }

    /// Nil when the thread has no data that can be queried.
    @inline(never)
    private func queryData(for begun: RunExecution.Begun, live: LiveRun) async throws -> QueryDataTool? {
        let run = begun.run
        let files = run.settings.toolResources.fileIDs ?? []
        let comesWithData = begun.profile != nil || begun.input.contains(where: \.hasData) || !files.isEmpty
        // Most chats begin without data, and need not wait for the disk.
        if begun.isNewThread, !comesWithData { return nil }
        if begun.isNewThread || comesWithData { try await live.waitUntilStored(hurrying: database) }
        do {
            guard let file = try await analysis.tables.tables(of: run.threadID, sharing: files) else { return nil }
            return try await QueryDataTool(analysis.tables, file, contextTokens: configuration.contextTokens)
        } catch let error where !(error is CancellationError) && live.interruption == nil {
            // The model still has the profile.
            logger.error("The tables of a thread could not be made", error)
            return nil
        }
    }

    /// Code that the model is shown from the thread's runs before.
    private static let earlierCalls = 20

    /// Offered wherever it is wanted, even where no code can be run: the run tells why then, once the model wants some.
    @inline(never)
    private func codeTool(for begun: RunExecution.Begun, live: LiveRun) async throws -> CodeTool? {
        let run = begun.run
        guard run.settings.tools.contains(.codeInterpreter), let code else { return nil }
        try await live.waitUntilStored(hurrying: database)
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

extension [Tool] {
    fileprivate var functionsOfCaller: [Tool.Function] { compactMap { $0.isRunByCaller ? $0.function : nil } }
}

extension Tool {
    fileprivate var function: Function? {
        if case .function(let function) = self { function } else { nil }
    }

    fileprivate var isQueryData: Bool { function?.isRunByServer ?? false }

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
