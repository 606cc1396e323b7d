import AssistantsAPI
import ModelProviders
import NIOCore
import Synchronization

/// A model whose answers are written by the test. Without a script it repeats the last thing that the user said.
final class ScriptedModel: ChatModel {
    typealias Script = @Sendable (ChatRequest, @Sendable (ChatEvent) -> Void) async throws -> ChatOutcome

    private let script: Script?
    private let seen = Mutex<[ChatRequest]>([])

    init(_ script: Script? = nil) { self.script = script }

    /// One that says the text once the gate is open.
    init(saying text: String, behind gate: Gate) {
        script = { _, receive in
            await gate.wait()
            receive(.text(text))
            return ChatOutcome(finish: .stop, usage: nil)
        }
    }

    /// What was asked so far.
    var requests: [ChatRequest] { seen.withLock { $0 } }

    func respond(
        to request: ChatRequest,
        near reader: (any EventLoop)?,
        receive: @escaping @Sendable ([ChatEvent]) -> Void
    ) async throws(ModelError) -> ChatOutcome {
        seen.withLock { $0.append(request) }
        guard let script else {
            receive([.text("echo: ")])
            receive([.text(request.turns.last?.text ?? "")])
            return ChatOutcome(finish: .stop, usage: TokenUsage(promptTokens: 7, completionTokens: 3))
        }
        do {
            return try await script(request) { receive([$0]) }
        } catch let error as ModelError {
            throw error
        } catch is CancellationError {
            throw ModelError(.cancelled, "cancelled")
        } catch {
            throw ModelError(.broken, "\(error)")
        }
    }
}

extension ChatRequest {
    /// What the conversation says, as a backend would read it.
    var turns: [(role: String, text: String)] {
        items.flatMap { item -> [(role: String, text: String)] in
            guard case .encoded(let json) = item,
                let turns = try? JSONValue(parsing: "[" + String(buffer: json) + "]").arrayValue
            else { return [] }
            return turns.map { ($0["role"]?.stringValue ?? "", $0["content"]?.stringValue ?? "") }
        }
    }
}

extension ChatRequest {
    /// Where the bytes of what is sent as it is are.
    var pieces: [UnsafeRawPointer?] {
        items.map { item in
            guard case .encoded(let json) = item else { return nil }
            return json.withUnsafeReadableBytes { $0.baseAddress }
        }
    }
}

/// Lets a model wait until the test says go.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
