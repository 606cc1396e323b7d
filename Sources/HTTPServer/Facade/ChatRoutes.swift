import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `POST /api/v1/chat`: a question and its answer in one call.
struct ChatRoutes: Sendable {
    let services: ServerServices
    let reader: BodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.post("chat", use: chat)
    }

    @Sendable
    private func chat(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var fields = try await reader.object(of: request)
        let text = fields.text("message")
        let threadID = fields.optionalText("thread_id").map { Identifier<AssistantThread>($0) }
        let isStream = fields.flag("stream")
        let document = fields.systemData()
        try fields.check()

        let question = PendingMessage(id: services.ids.next(), role: .user, content: Message.Content(text: text))
        var data: ThreadDataUpdate?
        if let document {
            if let threadID { _ = try await services.threads.find(threadID, in: .default) }
            data = try await services.analysis.update(of: threadID, with: document)
        }
        let started = try await services.runs.start(
            RunService.Request(
                target: threadID.map { .existing($0) } ?? .new(services.threads.make()),
                assistant: services.facadeAssistant,
                input: [question],
                data: data,
                requestID: context.requestID
            ),
            in: .default
        )
        context.subject.set(started.run)
        if isStream { return stream(started, question: question, context) }
        return JSONResponse.make(ChatAnswer(message: try await answer(of: started.live)))
    }

    private func answer(of live: LiveRun) async throws -> Message {
        let outcome = try await live.outcome()
        guard let answer = outcome.answer, outcome.run.state.status.hasAnswer else { throw FacadeError(outcome) }
        return answer
    }

    /// First the ids, then the text as it comes, then the same object as the plain answer.
    private func stream(_ started: RunService.Started, question: PendingMessage, _ context: APIRequestContext)
        -> Response
    {
        let live = started.live
        return EventStream.response { writer in
            var block = EventBlock()
            block.event("start") { json in
                json.beginObject()
                json.member("thread_id", started.run.threadID)
                json.member("run_id", started.run.id)
                json.member("message_id", question.id)
                json.endObject()
            }
            try await writer.write(block)
            do {
                try await writer.follow(live) { event, block in
                    guard case .textDelta(_, let text, _) = event else { return }
                    block.event("delta") { json in
                        json.beginObject()
                        json.member("delta", text)
                        json.endObject()
                    }
                }
                block = EventBlock()
                block.event("message", ChatAnswer(message: try await answer(of: live)))
                block.done()
            } catch {
                let error = FacadeErrors.translate(error, context: context)
                block = EventBlock()
                block.event("error") { json in
                    json.beginObject()
                    error.writeDetail(to: &json)
                    json.member("status", error.status.code)
                    json.endObject()
                }
            }
            try await writer.write(block)
        }
    }
}

extension Run.Status {
    /// Whether what the run wrote counts as its answer. An incomplete run was cut at a limit.
    fileprivate var hasAnswer: Bool { self == .completed || self == .incomplete }
}
