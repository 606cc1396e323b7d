import AssistantsAPI
import ModelProviders

/// Who answers: a language model behind its API, or the analyst that is built in.
package enum Answerer: Sendable {
    case model(any ChatModel)
    case builtInAnalyst
}
