import AssistantsAPI
import Foundation
import Logging
import ModelProviders
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@Suite struct BackendRetryTests {
    private func unavailable(_ headers: String) -> [ScriptedBackend.Step] {
        Answer.body(503, #"{"error":{"message":"loading"}}"#, headers: headers)
    }

    @Test(
        "A wait that the backend asks for is kept",
        arguments: ["Retry-After: 0.05\r\n", "retry-after-ms: 50\r\nRetry-After: 9\r\n"]
    )
    func keepsRetryAfter(_ header: String) async throws {
        let start = ContinuousClock.now
        let answer = try await ask { request in
            request.number == 1 ? unavailable(header) : Answer.stream(Chat.answer(["a"]))
        }
        #expect(answer.events.text == "a")
        #expect(ContinuousClock.now - start >= .milliseconds(50))
    }

    @Test("A conversation of many pieces comes whole, the second time as well", arguments: [10, 100_000])
    func longConversation(_ last: Int) async throws {
        // More than the system takes at a time.
        let texts = (0..<16).map { String(repeating: "\($0) ", count: 200_000) }
        let end = String(repeating: "x", count: last)
        let items =
            texts.map { ChatItem.encoded(ByteBuffer(string: #"{"role":"user","content":"\#($0)"}"#)) }
            + [.message(role: .user, parts: [.text(end)])]
        let answer = try await ask(.chatCompletions, ChatRequest(model: "m", instructions: nil, items: items)) {
            request in
            request.number == 1 ? unavailable("retry-after-ms: 1\r\n") : Answer.stream(Chat.answer(["a"]))
        }
        #expect(answer.requests.count == 2)
        for request in answer.requests {
            #expect(request.json["messages"]?.arrayValue?.map { $0["content"]?.stringValue } == texts + [end])
        }
    }

    @Test("A wait that is too long is not slept but told")
    func tellsRetryAfter() async throws {
        let failure = try await askInVain { _ in unavailable("Retry-After: 30\r\n") }
        #expect(failure.error == ModelError(.unavailable, "loading", retryAfter: 30))
        #expect(failure.requests.count == 1)
    }

    @Test("The backend may overrule the status with x-should-retry")
    func shouldRetry() async throws {
        let never = try await askInVain { _ in unavailable("x-should-retry: false\r\n") }
        #expect(never.requests.count == 1)

        let once = try await ask { request in
            request.number == 1
                ? Answer.body(400, "{}", headers: "x-should-retry: true\r\n") : Answer.stream(Chat.answer(["a"]))
        }
        #expect(once.requests.count == 2)
    }

    @Test("A stream that breaks before its first part is asked for again", arguments: [true, false])
    func brokenBefore(_ isReset: Bool) async throws {
        let role = Chat.delta(#"{"role":"assistant","content":""}"#)
        let answer = try await ask { request in
            switch request.number {
            case 1: isReset ? [.reset] : [.close]
            case 2: Answer.openStream([role]) + [.pause(.milliseconds(5)), isReset ? .reset : .close]
            default: Answer.stream(Chat.answer(["a"]))
            }
        }
        #expect(answer.events == [.text("a")])
        #expect(answer.requests.count == 3)
    }

    @Test("A stream that breaks after its first part is not asked for again", arguments: [true, false])
    func brokenAfter(_ isReset: Bool) async throws {
        let failure = try await askInVain { _ in
            Answer.openStream([Chat.delta(#"{"content":"a"}"#)]) + [
                .pause(.milliseconds(10)), isReset ? .reset : .close,
            ]
        }
        #expect(failure.error.kind == .broken)
        #expect(failure.events == [.text("a")])
        #expect(failure.requests.count == 1)
    }

    @Test("A backend that hangs up without the last chunk is told as one that ends early", arguments: [true, false])
    func hangsUp(_ isChat: Bool) async throws {
        let part =
            isChat
            ? Chat.delta(#"{"content":"a"}"#)
            : Responses.event("response.output_text.delta", #""output_index":0,"content_index":0,"delta":"a""#)
        let cut: [ScriptedBackend.Step] = Answer.openStream([part]) + [.pause(.milliseconds(10)), .close]
        let ends = [cut, Answer.streamUntilClose([part])]
        for end in ends {
            let failure = try await askInVain(isChat ? .chatCompletions : .responses) { _ in end }
            #expect(
                failure.error
                    == ModelError(.broken, "The model backend broke off before its answer was complete.")
            )
            #expect(failure.events == [.text("a")])
            #expect(failure.requests.count == 1)
        }
    }

    @Test("A backend that hangs up within the head of its answer is asked again")
    func hangsUpInHead() async throws {
        let failure = try await askInVain { _ in [.send("HTTP/1.1 200 OK\r\nContent-Ty"), .close] }
        #expect(failure.error.kind == .broken)
        #expect(failure.requests.count > 1)
    }

    @Test("An error within a stream is asked for again as long as nothing came of the answer")
    func errorInStream() async throws {
        let overloaded = "data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n"
        let answer = try await ask { request in
            request.number == 1 ? Answer.stream([overloaded]) : Answer.stream(Chat.answer(["a"]))
        }
        #expect(answer.requests.count == 2)

        let failure = try await askInVain { _ in Answer.stream([Chat.delta(#"{"content":"a"}"#), overloaded]) }
        #expect(failure.error == ModelError(.unavailable, "overloaded"))
        #expect(failure.requests.count == 1)
    }

    @Test("Nobody there")
    func refusedConnection() async throws {
        try await withBackend(.test("http://127.0.0.1:1/v1")) { backend in
            let error = await #expect(throws: ModelError.self) { try await backend.respond(to: .greeting) { _ in } }
            #expect(error?.kind == .unavailable)
            #expect(error?.message == "No connection to the model backend could be made (connection refused).")
        }
    }

    @Test("A host that does not exist")
    func unknownHost() async throws {
        var configuration = OpenAIBackend.Configuration.test("http://backend.invalid/v1")
        configuration.maximumRetries = 0
        try await withBackend(configuration) { backend in
            let error = await #expect(throws: ModelError.self) { try await backend.respond(to: .greeting) { _ in } }
            #expect(error?.kind == .unavailable)
            #expect(error?.message.contains("invalid") == false)
        }
    }

    // MARK: Time-outs

    @Test("A backend that never answers is given up")
    func neverAnswers() async throws {
        let failure = try await askInVain(settings: [set(\.firstByteTimeout, .milliseconds(50))]) { _ in [.silence] }
        #expect(failure.error == ModelError(.timedOut, "The model backend did not begin to answer within 0.05 s."))
    }

    @Test("The head alone is no answer: a server may think after it for as long as before")
    func slowAfterHead() async throws {
        let answer = try await ask(settings: [set(\.idleTimeout, .milliseconds(100))]) { _ in
            Answer.openStream([]) + [.pause(.milliseconds(250)), .send("5\r\n: hi\n\r\n")] + [
                .send(
                    Chat.answer(["a"]).map { String($0.utf8.count, radix: 16) + "\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
                )
            ]
        }
        #expect(answer.events.text == "a")
    }

    @Test("A stream that falls silent is given up")
    func fallsSilent() async throws {
        let failure = try await askInVain(settings: [set(\.idleTimeout, .milliseconds(50))]) { _ in
            Answer.openStream([Chat.delta(#"{"content":"a"}"#)]) + [.silence]
        }
        #expect(
            failure.error
                == ModelError(.timedOut, "The model backend fell silent for 0.05 s in the middle of its answer.")
        )
        #expect(failure.events == [.text("a")])
    }

    @Test("Comments keep a slow stream alive")
    func comments() async throws {
        let comment = [ScriptedBackend.Step.pause(.milliseconds(200)), .send("d\r\n: keep-alive\n\r\n")]
        let answer = try await ask(settings: [set(\.idleTimeout, .milliseconds(600))]) { _ in
            Answer.openStream([Chat.delta(#"{"content":"a"}"#)]) + comment + comment + comment + comment + [
                .send(
                    [Chat.delta("{}", finish: "stop"), Chat.done]
                        .map { String($0.utf8.count, radix: 16) + "\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
                )
            ]
        }
        #expect(answer.events.text == "a")
    }

    // MARK: Cancellation

    @Test("Cancelling gives up the call and its connection at once", arguments: [false, true])
    func cancellation(_ hasBegun: Bool) async throws {
        let began = hasBegun ? Answer.openStream([Chat.delta(#"{"content":"a"}"#)]) : []
        try await ScriptedBackend.Script { _ in began + [.silence] }.run { server in
            try await withBackend(.test(server.url)) { backend in
                let task = Task { await failure { _ = try await backend.respond(to: .greeting) { _ in } } }
                while server.requests.isEmpty { await Task.yield() }
                task.cancel()
                #expect(await task.value?.kind == .cancelled)
                await server.clientLeft()
            }
        }
    }

    @Test("A receiver may give up the answer that it receives; it gets no more of it")
    func cancellationFromWithin() async throws {
        let events = Chat.answer(["a", "b", "c"])
        let answer =
            Answer.openStream(Array(events[..<2])) + [.pause(.milliseconds(20))] + Answer.rest(Array(events[2...]))
        try await ScriptedBackend.Script { _ in answer }.run { server in
            try await withBackend(.test(server.url)) { backend in
                let received = Received()
                let canceller = Canceller()
                let (gate, opening) = AsyncStream<Void>.makeStream()
                let task = Task {
                    for await _ in gate { break }
                    return await failure {
                        _ = try await backend.respond(to: .greeting) { parts in
                            received.add(parts)
                            canceller.cancel()
                        }
                    }
                }
                canceller.task.withLock { $0 = task }
                opening.yield()
                #expect(await task.value?.kind == .cancelled)
                #expect(received.count == 1)
                #expect(received.events.first == .text("a"))
            }
        }
    }

    @Test("Cancelling ends the wait between attempts")
    func cancellationWhileWaiting() async throws {
        try await ScriptedBackend.Script { _ in unavailable("Retry-After: 30\r\n") }.run { server in
            var configuration = OpenAIBackend.Configuration.test(server.url)
            configuration.longestRetryWait = .seconds(60)
            try await withBackend(configuration) { backend in
                let task = Task { try await backend.respond(to: .greeting) { _ in } }
                while server.requests.isEmpty { await Task.yield() }
                task.cancel()
                let error = await #expect(throws: ModelError.self) { try await task.value }
                #expect(error?.kind == .cancelled)
            }
        }
    }

    @Test("A call after shutdown fails and does not hang")
    func afterShutdown() async throws {
        try await ScriptedBackend.Script { _ in [.silence] }.run { server in
            let backend = try OpenAIBackend(.test(server.url), eventLoopGroup: .testing, logger: Logger(label: "test"))
            await backend.shutdown()
            let error = await #expect(throws: ModelError.self) { try await backend.respond(to: .greeting) { _ in } }
            #expect(error?.kind == .unavailable)
        }
    }

    @Test(
        "Retry-After in its forms",
        arguments: [
            (["retry-after": "2"], .seconds(2)), (["retry-after": "1.5"], .milliseconds(1500)),
            (["retry-after-ms": "20"], .milliseconds(20)),
            (["retry-after": "Sun, 06 Nov 1994 08:49:47 GMT"], .seconds(10)),
            (["retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"], .zero), (["retry-after": "soon"], nil),
            (["retry-after": "-1"], nil), ([:], nil), (["retry-after": "nan"], nil),
        ] as [([String: String], Duration?)]
    )
    func retryAfter(_ headers: [String: String], _ expected: Duration?) {
        let now = Date(timeIntervalSince1970: 784_111_777)
        #expect(RetryAfter.read(HTTPHeaders(Array(headers)), now: now) == expected)
    }
}

private final class Canceller: Sendable {
    let task = Mutex<Task<ModelError?, Never>?>(nil)

    func cancel() { task.withLock { $0 }?.cancel() }
}
