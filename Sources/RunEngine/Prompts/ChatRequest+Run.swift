import AssistantsAPI
import ModelProviders

extension ChatRequest {
    /// What a model is asked for a run: its instructions, the conversation, what the run did so far, and its settings.
    init(
        of run: Run,
        prompt: PromptBuilder.Prompt,
        images: ShownImages,
        past: RunPast,
        tools offered: RunTools,
        aliases: [String: String]
    ) {
        let settings = run.settings
        self.init(
            model: aliases[settings.model] ?? settings.model,
            instructions: prompt.instructions,
            items: prompt.history.items(showing: images) + past.items
        )
        tools = offered.offered
        // A forced choice is for the first answer: with it in force for ever, the run could not end.
        if past.callCount == 0 { toolChoice = offered.choice(settings.toolChoice) }
        if !settings.parallelToolCalls { parallelToolCalls = false }
        temperature = settings.temperature
        topP = settings.topP
        reasoningEffort = settings.reasoningEffort
        responseFormat = ResponseFormat(settings.responseFormat)
        maximumOutputTokens = settings.maxCompletionTokens.map { max(1, $0 - past.usage.completionTokens) }
    }
}

extension ChatRequest.ResponseFormat {
    /// Nil for what backends do by themselves.
    fileprivate init?(_ format: ResponseFormat) {
        switch format {
        case .auto, .text: return nil
        case .jsonObject: self = .jsonObject
        case .jsonSchema(let schema):
            self = .jsonSchema(
                name: schema.name,
                description: schema.description,
                schema: schema.schema ?? .object(JSONObject()),
                strict: schema.strict
            )
        }
    }
}
