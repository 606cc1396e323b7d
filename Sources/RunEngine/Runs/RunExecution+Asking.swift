import AssistantsAPI
import Logging
import ModelProviders
import Storage

extension RunExecution {
    /// What a model is asked. A class, like its answer: a call that waits keeps a word of it.
    private final class Question: Sendable {
        let request: ChatRequest
        let history: PromptHistory
        /// About how much of it can be left out.
        let size: Int

        init(_ request: ChatRequest, _ history: PromptHistory, size: Int) {
            self.request = request
            self.history = history
            self.size = size
        }

        @inline(never)
        func reply(_ outcome: ChatOutcome) -> Reply { Reply(outcome, history) }
    }

    /// What a model answered, and the conversation that it was shown.
    final class Reply: Sendable {
        let outcome: ChatOutcome
        let history: PromptHistory

        init(_ outcome: ChatOutcome, _ history: PromptHistory) {
            self.outcome = outcome
            self.history = history
        }
    }

    /// Asks the model. When what it is shown turns out too long for it, asks again with half of the conversation and of what
    /// searches found, twice at most.
    @inline(never)
    func ask(
        _ model: any ChatModel,
        _ begun: Begun,
        _ offered: RunTools,
        _ turn: TurnInProgress
    ) async throws -> Reply {
        var manner = Manner(tools: offered)
        while true {
            let question = try await question(for: begun, manner, turn)
            do {
                let outcome = try await model.respond(to: question.request, near: live.reader) { turn.receive($0) }
                return question.reply(outcome)
            } catch {
                try change(&manner, after: error, to: question, turn)
            }
        }
    }

    /// How a model is asked.
    private struct Manner {
        var tools: RunTools
        /// The share of the conversation, and of what searches found, that it is shown.
        var scale = 1.0
        /// The size of the shortest question so far.
        var shortest = Int.max
    }

    /// Changes how the model is asked so that it may take the question. Throws the error where nothing is to be done about it.
    @inline(never)
    private func change(
        _ manner: inout Manner,
        after error: ModelError,
        to question: Question,
        _ turn: TurnInProgress
    ) throws {
        // Nothing may have been shown yet, or it would be shown twice.
        guard turn.isEmpty else { throw error }
        if error.isAboutTools, manner.tools.areForDataAlone {
            worker.logger.notice("The model takes no tools and is told figures of the data instead")
            manner.tools = RunTools.none
            return
        }
        // There must be something to leave out.
        let mayShrink = error.kind == .contextTooLong && manner.scale > 0.25 && question.size < manner.shortest
        guard mayShrink else { throw error }
        manner.shortest = question.size
        manner.scale /= 2
    }

    @inline(never)
    private func question(
        for begun: Begun,
        _ manner: Manner,
        _ turn: TurnInProgress
    ) async throws -> Question {
        let prompt = try await prompt(for: begun, manner.tools, scale: manner.scale)
        let files = prompt.history.imageFiles
        let images = files.isEmpty ? ShownImages() : try await worker.images?.load(files) ?? ShownImages()
        return question(for: begun, prompt, images, manner, turn)
    }

    @inline(never)
    private func question(
        for begun: Begun,
        _ prompt: PromptBuilder.Prompt,
        _ images: ShownImages,
        _ manner: Manner,
        _ turn: TurnInProgress
    ) -> Question {
        let past = begun.past.shortened(to: manner.scale)
        let request = ChatRequest(
            of: begun.run,
            prompt: prompt,
            images: images,
            past: past,
            tools: manner.tools,
            aliases: worker.configuration.modelAliases
        )
        let sources = CitationSources(prompt.history, begun.past)
        if !sources.isEmpty || !manner.tools.serverTools.isEmpty { turn.cite(sources) }
        return Question(request, prompt.history, size: prompt.history.size + past.toolTokens)
    }

    private func prompt(for begun: Begun, _ tools: RunTools, scale: Double) async throws -> PromptBuilder.Prompt {
        let settings = begun.run.settings
        let profile = tools.dataDescription ?? begun.profile
        let omitsData = tools.dataDescription != nil
        if begun.isNewThread, scale == 1, begun.fits(worker.configuration.contextTokens) {
            var prompt = worker.prompts.empty(
                instructions: settings.preparedInstructions,
                profile: profile,
                omitsData: omitsData
            )
            for message in begun.input { prompt.history.append(role: message.role, content: message.content) }
            return prompt
        }
        // Else what came with a new thread is read from it like everything else.
        if begun.isNewThread { try await live.waitUntilStored(hurrying: worker.database) }
        return try await worker.prompts.prompt(
            PromptBuilder.Occasion(
                run: begun.run,
                project: begun.project,
                profile: profile,
                arriving: begun.isNewThread ? [] : begun.input,
                ownTokens: begun.past.tokens,
                budget: settings.maxPromptTokens.map { $0 - begun.past.usage.promptTokens },
                omitsData: omitsData,
                scale: scale
            )
        )
    }
}

extension ModelError {
    /// Whether a backend seems to refuse that its model is offered tools at all.
    fileprivate var isAboutTools: Bool {
        let words = message.lowercased()
        return kind == .refused && (words.contains("tool") || words.contains("function"))
    }
}
