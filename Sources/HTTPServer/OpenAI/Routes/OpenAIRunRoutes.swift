import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine
import Storage

/// `/v1/threads/{thread_id}/runs` and `/v1/threads/runs`
struct OpenAIRunRoutes: Sendable {
    let services: ServerServices
    let reader: OpenAIBodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.post("threads/runs", use: createThreadAndRun)
        group.get("threads/:thread_id/runs", use: list)
        group.post("threads/:thread_id/runs", use: create)
        group.get("threads/:thread_id/runs/:run_id", use: retrieve)
        group.post("threads/:thread_id/runs/:run_id", use: modify)
        group.post("threads/:thread_id/runs/:run_id/cancel", use: cancel)
        group.post("threads/:thread_id/runs/:run_id/submit_tool_outputs", use: submitToolOutputs)
    }

    // MARK: Starting

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let isDetailed = try IncludeParameter.read(request)
        let body = try await reader.createRun(request, in: context.project)
        let assistant = try await services.assistants.find(body.assistantID, in: context.project)
        let run = RunService.Request(
            target: .existing(try context.pathID("thread_id")),
            assistantID: assistant.id,
            settings: try body.overrides.checkedSettings(for: assistant.settings),
            metadata: body.metadata,
            input: body.additionalMessages,
            policy: body.onActiveRun,
            requestID: context.requestID
        )
        return try await start(run, isStream: body.isStream, isDetailed: isDetailed, context)
    }

    @Sendable
    private func createThreadAndRun(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let isDetailed = try IncludeParameter.read(request)
        let body = try await reader.createThreadAndRun(request, in: context.project)
        let assistant = try await services.assistants.find(body.assistantID, in: context.project)
        let thread = services.threads.make(metadata: body.thread.metadata, toolResources: body.thread.toolResources)
        var run = RunService.Request(
            target: .new(thread),
            assistantID: assistant.id,
            settings: try body.overrides.checkedSettings(for: assistant.settings),
            metadata: body.metadata,
            input: body.thread.messages,
            requestID: context.requestID
        )
        run.announcesThread = true
        run.newStore = body.thread.newVectorStore
        return try await start(run, isStream: body.isStream, isDetailed: isDetailed, context)
    }

    private func start(
        _ request: RunService.Request,
        isStream: Bool,
        isDetailed: Bool,
        _ context: APIRequestContext
    ) async throws -> Response {
        try context.allowance?.checkTokens()
        var request = request
        request.tokenMeter = context.allowance?.tokenMeter
        if isStream { request.reader = context.channel.eventLoop }
        let started = try await services.runs.start(request, in: context.project)
        context.subject.set(started.run)
        return isStream
            ? RunEventStream.response(started, isDetailed: isDetailed, on: context.channel) : answer(started.run)
    }

    // MARK: Reading and changing

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters.read(request)
        let page = try await services.runs.page(parameters, of: try context.pathID("thread_id"), in: context.project)
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let waiting = pacing.waiting(of: request)
        let run = try await services.runs.poll(
            try context.pathID("run_id"),
            of: try context.pathID("thread_id"),
            in: context.project,
            holdingAtMost: waiting.hold
        )
        return answer(run, preferenceApplied: waiting.preferenceApplied)
    }

    @Sendable
    private func modify(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let metadata: Metadata? =
            switch try await reader.modifyMetadata(request) {
            case .unchanged: nil
            case .cleared: Metadata()
            case .set(let metadata): metadata
            }
        let run = try await services.runs.setMetadata(
            metadata,
            of: try context.pathID("run_id"),
            in: try context.pathID("thread_id"),
            project: context.project
        )
        return answer(run)
    }

    @Sendable
    private func cancel(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try await reader.emptyBody(request)
        let run = try await services.runs.cancel(
            try context.pathID("run_id"),
            of: try context.pathID("thread_id"),
            in: context.project
        )
        return answer(run)
    }

    @Sendable
    private func submitToolOutputs(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let isDetailed = try IncludeParameter.read(request)
        let body = try await reader.toolOutputs(request)
        let submission = try await services.runs.submit(
            body.outputs.map { RunService.ToolOutput(callID: $0.callID, output: $0.text) },
            isPartial: body.isPartial,
            to: try context.pathID("run_id"),
            of: try context.pathID("thread_id"),
            in: context.project
        )
        switch submission {
        case .resumed(let started):
            context.subject.set(started.run)
            return body.isStream
                ? RunEventStream.response(started, isDetailed: isDetailed, on: context.channel) : answer(started.run)
        case .unchanged(let run):
            guard body.isStream else { return answer(run) }
            return try await RunEventStream.response(
                run,
                services.runs,
                in: context.project,
                isDetailed: isDetailed,
                on: context.channel
            )
        }
    }

    // MARK: Answers

    private var pacing: PollPacing { PollPacing(longestHold: services.runs.pollHold, clock: services.clock) }

    private func answer(_ run: Run, preferenceApplied: String? = nil) -> Response {
        var headers: HTTPFields = [:]
        headers[.pollAfter] = pacing.pollAfter(run)
        headers[.preferenceApplied] = preferenceApplied
        return JSONResponse.make(headers: headers) { $0.value(run) }
    }
}
