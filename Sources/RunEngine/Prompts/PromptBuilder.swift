import AssistantsAPI
import ModelProviders
import Retrieval
import Storage

/// Makes what is sent to the model for a run: instructions, the figures of the thread's data, and as much of the
/// conversation as fits.
struct PromptBuilder: Sendable {
    let database: Database
    let cache: PromptCache
    let contextTokens: Int

    /// Room left for the answer and for what the estimate gets wrong.
    private static let reserve = 0.1

    /// What a prompt is wanted for.
    struct Occasion: Sendable {
        var run: Run
        /// Whose the thread must be; nil when that is certain.
        var project: ProjectID?
        /// Describes data that is just being stored.
        var profile: String?
        /// What was said just now: these messages are being stored, and may or may not be there already.
        var arriving: [PendingMessage] = []
        /// Tokens of what the run itself has said and heard, which goes behind the conversation.
        var ownTokens = 0
        /// Tokens that the prompt may have beside what the model takes; nil for no other limit.
        var budget: Int?
        /// Whether large data in messages are left out, as the model has them as tables.
        var omitsData = false
        /// Below 1 it shrinks the prompt, for a backend that takes less than it was said to.
        var scale = 1.0

        /// What arrives, as far as the run's settings let the model see it.
        fileprivate var counted: ArraySlice<PendingMessage> {
            guard case .lastMessages(let count) = run.settings.truncation else { return arriving[...] }
            return arriving.suffix(count)
        }
    }

    struct Prompt: Sendable {
        var instructions: Instructions?
        var history: PromptHistory
    }

    /// The prompt of a thread without any message yet.
    func empty(instructions: Instructions?, profile: String?, omitsData: Bool) -> Prompt {
        let history = PromptHistory(tokenFloor: 0, edits: 0, omitsData: omitsData)
        return Prompt(instructions: Self.join(instructions, profile), history: history)
    }

    /// The prompt of a thread as it stands, the messages that arrive at its end, and without what the run itself wrote.
    func prompt(_ occasion: Occasion) async throws -> Prompt {
        let (run, settings) = (occasion.run, occasion.run.settings)
        let cached = cache.take(run.threadID)
        let fixed = settings.preparedInstructions?.tokens(by: TokenEstimate.tokens(in:)) ?? 0
        let limit = min(contextTokens, occasion.budget ?? contextTokens)
        let room = Int(Double(limit) * (1 - Self.reserve) * occasion.scale) - fixed - occasion.ownTokens
        return try await database.read { db in
            guard let edits = try db.threads.edits(of: run.threadID, in: occasion.project) else {
                throw EngineError.threadNotFound(run.threadID)
            }
            let profile = try occasion.profile ?? db.threadData.profile(of: run.threadID)
            let budget = room - (profile.map { TokenEstimate.tokens(in: $0) } ?? 0)
            var history: PromptHistory
            switch settings.truncation {
            case .auto:
                history = try Self.window(of: occasion, budget: budget, edits: edits, cached, db)
            case .lastMessages(let count):
                history = try Self.newest(count, of: occasion, budget: budget, edits: edits, db)
            }
            for message in occasion.counted { history.append(role: message.role, content: message.content) }
            return Prompt(instructions: Self.join(settings.preparedInstructions, profile), history: history)
        }
    }

    private static func window(
        of occasion: Occasion,
        budget: Int,
        edits: Int,
        _ cached: PromptHistory?,
        _ db: Connection
    ) throws -> PromptHistory {
        let (run, arriving) = (occasion.run, occasion.arriving)
        // What is arriving may be there already; it counts once.
        let last = try db.messages.last(of: run.threadID)
        let isThere = try arriving.last.map { try db.messages.exists($0.id) } ?? false
        let arrivingTokens = isThere ? 0 : arriving.reduce(0) { $0 + $1.content.estimatedTokens }
        let floor = PromptWindow(budget: budget).floor(total: (last?.tokensThrough ?? 0) + arrivingTokens)
        var history = PromptHistory(tokenFloor: floor, edits: edits, omitsData: occasion.omitsData)
        if let cached, cached.edits == edits, cached.tokenFloor == floor, cached.omitsData == occasion.omitsData {
            history = cached
        }
        let news = try db.messages.window(of: run.threadID, after: history.lastSequence, tokenFloor: floor)
        for entry in news where entry.runID != run.id && !arriving.contains(where: { $0.id == entry.id }) {
            history.append(role: entry.role, content: entry.content, sequence: entry.position.sequence)
        }
        return history
    }

    /// A history of its own for each run: it does not grow by appending, and is not kept.
    private static func newest(
        _ count: Int,
        of occasion: Occasion,
        budget: Int,
        edits: Int,
        _ db: Connection
    ) throws -> PromptHistory {
        let (run, arriving) = (occasion.run, occasion.arriving)
        var history = PromptHistory(tokenFloor: Int.max, edits: edits, omitsData: occasion.omitsData)
        let tokens = max(budget - arriving.reduce(0) { $0 + $1.content.estimatedTokens }, 1)
        let newest = try db.messages.newest(of: run.threadID, count: count, tokens: tokens, notBy: run.id)
        let earlier = newest.filter { entry in !arriving.contains { $0.id == entry.id } }
        for entry in earlier.suffix(max(0, count - arriving.count)) {
            history.append(role: entry.role, content: entry.content, sequence: entry.position.sequence)
        }
        return history
    }

    private static func join(_ instructions: Instructions?, _ profile: String?) -> Instructions? {
        guard let profile else { return instructions }
        let heading = """
            # Data of this conversation
            The following profile was computed by the server from all rows of the data. Its figures are exact, but for numbers of
            different values that are marked "about".

            """
        return Instructions((instructions.map { $0.text + "\n\n" } ?? "") + heading + profile)
    }
}
