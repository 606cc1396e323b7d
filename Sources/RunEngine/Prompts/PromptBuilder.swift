import AssistantsAPI
import ModelProviders
import Storage

/// Makes what is sent to the model for a run: instructions, the figures of the thread's data, and as much of the
/// conversation as fits.
struct PromptBuilder: Sendable {
    let database: Database
    let cache: PromptCache
    let contextTokens: Int

    /// Room left for the answer and for what the estimate gets wrong.
    private static let reserve = 0.1

    struct Prompt: Sendable {
        var instructions: String?
        var history: PromptHistory
    }

    /// The prompt of a thread without any message yet.
    func empty(instructions: String?, profile: String?) -> Prompt {
        Prompt(instructions: Self.join(instructions, profile), history: PromptHistory(tokenFloor: 0, edits: 0))
    }

    /// The prompt of a thread as it stands, without `arriving` but with room for it: those messages are being stored
    /// right now, and may or may not be there already. `newProfile` is for data that is just being stored. `scale` below 1 shrinks the prompt, for a backend that takes less than it was said to.
    func prompt(
        for thread: Identifier<AssistantThread>,
        instructions: String?,
        newProfile: String? = nil,
        arriving: [PendingMessage] = [],
        scale: Double = 1
    ) async throws -> Prompt {
        let cached = cache.take(thread)
        let fixed = instructions.map { TokenEstimate.tokens(in: $0) } ?? 0
        let room = Int(Double(contextTokens) * (1 - Self.reserve) * scale) - fixed
        let arrivingTokens = arriving.reduce(0) { $0 + $1.content.estimatedTokens }
        return try await database.read { db in
            guard let edits = try db.threads.edits(of: thread) else { throw EngineError.threadNotFound(thread) }
            let profile = try newProfile ?? db.threadData.profile(of: thread)
            let budget = room - (profile.map { TokenEstimate.tokens(in: $0) } ?? 0)
            // What is arriving may be there already; it counts once.
            let last = try db.messages.last(of: thread)
            let isThere = try arriving.last.map { try db.messages.exists($0.id) } ?? false
            let total = (last?.tokensThrough ?? 0) + (isThere ? 0 : arrivingTokens)
            let floor = PromptWindow(budget: budget).floor(total: total)
            var history = PromptHistory(tokenFloor: floor, edits: edits)
            if let cached, cached.edits == edits, cached.tokenFloor == floor { history = cached }
            let news = try db.messages.window(of: thread, after: history.lastSequence, tokenFloor: floor)
            for entry in news where !arriving.contains(where: { $0.id == entry.id }) {
                history.append(role: entry.role, content: entry.content, sequence: entry.position.sequence)
            }
            return Prompt(instructions: Self.join(instructions, profile), history: history)
        }
    }

    private static func join(_ instructions: String?, _ profile: String?) -> String? {
        guard let profile else { return instructions }
        let heading = """
            # Data of this conversation
            The following profile was computed by the server from all rows of the data. Its figures are exact.

            """
        return (instructions.map { $0 + "\n\n" } ?? "") + heading + profile
    }
}
