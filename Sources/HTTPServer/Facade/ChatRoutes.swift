import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `POST /api/v1/chat`: a question and its answer in one call.
struct ChatRoutes: Sendable {
    let services: ServerServices
    let reader: BodyReader
    let prefix: FacadePrefix

    func add(to group: RouterGroup<APIRequestContext>) {
        group.post("chat", use: chat)
    }

    /// What is left of a request while its answer is awaited. Thousands may wait, each with the memory of its frames.
    private final class Pending: Sendable {
        let run: Run
        let live: LiveRun
        let question: Identifier<Message>
        let isStream: Bool
        let links: FacadeFileLinks

        init(
            _ run: Run,
            _ live: LiveRun,
            question: Identifier<Message>,
            isStream: Bool,
            links: FacadeFileLinks
        ) {
            self.run = run
            self.live = live
            self.question = question
            self.isStream = isStream
            self.links = links
        }
    }

    @Sendable
    private func chat(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let pending = try await begin(request, context)
        if pending.isStream { return stream(pending, context) }
        return context.subject.answer { try response(to: pending, with: try await pending.live.outcome()) }
    }

    private func response(to pending: Pending, _ context: APIRequestContext) async throws -> Response {
        if pending.isStream { return stream(pending, context) }
        return try response(to: pending, with: try await pending.live.outcome())
    }

    @inline(never)
    private func response(to pending: Pending, with outcome: RunOutcome) throws -> Response {
        JSONResponse.make(ChatAnswer(message: try answer(in: outcome), links: pending.links))
    }

    /// Answers a repeated request from the run that the first one started.
    func resume(
        _ followed: IdempotentRequest.FollowedRun,
        _ request: Request,
        _ context: APIRequestContext
    ) async throws -> Response {
        var fields = try await reader.object(of: request)
        let isStream = fields.flag("stream")
        let run = try await services.runs.find(followed.run, of: followed.thread, in: context.project)
        context.subject.set(run)
        let question = followed.message ?? Identifier("")
        let links = prefix.links(for: request, context)
        if !run.state.status.isTerminal, let live = services.runs.liveRuns.find(run.id) {
            let pending = Pending(run, live, question: question, isStream: isStream, links: links)
            return try await response(to: pending, context)
        }
        let outcome = try await services.runs.outcome(of: run)
        guard isStream else { return JSONResponse.make(ChatAnswer(message: try answer(in: outcome), links: links)) }
        return EventStream.response(on: context.channel) { writer in
            var block = EventBlock()
            block.start(run, question: question)
            do {
                let answer = try answer(in: outcome)
                block.delta(links.text(of: answer))
                block.event("message", ChatAnswer(message: answer, links: links))
                block.done()
            } catch {
                block.error(FacadeErrors.translate(error, context: context))
            }
            try await writer.write(block)
        }
    }

    /// What is asked. A class, as it may be kept until the run is on disk.
    private final class Question: Sendable {
        let message: PendingMessage
        let thread: Identifier<AssistantThread>?
        let data: JSONObject?
        let isStream: Bool

        init(_ message: PendingMessage, in thread: Identifier<AssistantThread>?, with data: JSONObject?, isStream: Bool)
        {
            self.message = message
            self.thread = thread
            self.data = data
            self.isStream = isStream
        }
    }

    /// Reads the question and starts its run; once more when somebody else changed the thread's data while figures were
    /// computed from it.
    private func begin(_ request: Request, _ context: APIRequestContext) async throws -> Pending {
        let question = try question(in: try await reader.object(of: request))
        try context.allowance?.checkTokens()
        let assistant = try await services.facadeAssistant()
        let (id, settings) = (assistant.id, assistant.facadeRunSettings)
        while true {
            do {
                let data = try await update(of: question.thread, with: question.data, in: context.project)
                let run = runRequest(question, to: id, settings, data, context)
                return pending(question, try await services.runs.start(run, in: context.project), request, context)
            } catch is DataHasChanged {
                continue
            }
        }
    }

    @inline(never)
    private func question(in fields: consuming Fields) throws -> Question {
        var fields = fields
        let text = fields.text("message")
        let thread = fields.optionalText("thread_id").map { Identifier<AssistantThread>($0) }
        let isStream = fields.flag("stream")
        let data = fields.systemData()
        try fields.check()
        let message = PendingMessage(id: services.ids.next(), role: .user, content: Message.Content(text: text))
        return Question(message, in: thread, with: data, isStream: isStream)
    }

    @inline(never)
    private func runRequest(
        _ question: Question,
        to assistant: Identifier<Assistant>,
        _ settings: RunSettings,
        _ data: ThreadDataUpdate?,
        _ context: APIRequestContext
    ) -> RunService.Request {
        var request = RunService.Request(
            target: question.thread.map { .existing($0) } ?? .new(services.threads.make()),
            assistantID: assistant,
            settings: settings,
            input: [question.message],
            data: data,
            requestID: context.requestID,
            isAwaited: !question.isStream,
            tokenMeter: context.allowance?.tokenMeter
        )
        if question.isStream { request.reader = context.channel.eventLoop }
        return request
    }

    @inline(never)
    private func pending(
        _ question: Question,
        _ started: RunService.Started,
        _ request: Request,
        _ context: APIRequestContext
    ) -> Pending {
        context.subject.set(started.run)
        return Pending(
            started.run,
            started.live,
            question: question.message.id,
            isStream: question.isStream,
            links: prefix.links(for: request, context)
        )
    }

    private func update(
        of thread: Identifier<AssistantThread>?,
        with document: JSONObject?,
        in project: ProjectID
    ) async throws -> ThreadDataUpdate? {
        guard let document else { return nil }
        if let thread { _ = try await services.threads.find(thread, in: project) }
        return try await services.analysis.update(of: thread, with: document)
    }

    private func answer(in outcome: RunOutcome) throws -> Message {
        guard let answer = outcome.answer, outcome.run.state.status.hasAnswer else { throw FacadeError(outcome) }
        return answer
    }

    /// First the ids, then the text as it comes, then the same object as the plain answer.
    @inline(never)
    private func stream(_ pending: Pending, _ context: APIRequestContext) -> Response {
        let (live, links) = (pending.live, pending.links)
        return EventStream.response(on: context.channel) { writer in
            var block = EventBlock()
            block.start(pending.run, question: pending.question)
            try await writer.write(block)
            do {
                var deltas = Deltas(links: links)
                try await writer.follow(live, &deltas)
                block = EventBlock()
                block.event("message", ChatAnswer(message: try answer(in: try await live.outcome()), links: links))
                block.done()
            } catch {
                block = EventBlock()
                block.error(FacadeErrors.translate(error, context: context))
            }
            try await writer.write(block)
        }
    }
}

/// The text of a run alone.
private struct Deltas: RunEventEncoding {
    let links: FacadeFileLinks

    mutating func encode(_ event: StreamEvent, _ block: inout EventBlock) -> Bool {
        guard case .contentDelta(_, let delta) = event, !delta.text.isEmpty else { return true }
        block.delta(links.text(of: delta))
        return true
    }
}

extension EventBlock {
    fileprivate mutating func start(_ run: Run, question: Identifier<Message>) {
        event("start") { json in
            json.beginObject()
            json.member("thread_id", run.threadID)
            json.member("run_id", run.id)
            json.member("message_id", question)
            json.endObject()
        }
    }

    fileprivate mutating func delta(_ text: String) {
        event("delta") { json in
            json.beginObject()
            json.member("delta", text)
            json.endObject()
        }
    }

    fileprivate mutating func error(_ error: FacadeError) {
        event("error") { json in
            json.beginObject()
            error.writeDetail(to: &json)
            json.member("status", error.status.code)
            json.endObject()
        }
    }
}

extension Run.Status {
    /// Whether what the run wrote counts as its answer. An incomplete run was cut at a limit.
    fileprivate var hasAnswer: Bool { self == .completed || self == .incomplete }
}
