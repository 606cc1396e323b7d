import AssistantsAPI
import NIOCore

/// What a model is asked, in no provider's words.
package struct ChatRequest: Sendable {
    /// The backend's name of the model, aliases resolved.
    package var model: String
    package var instructions: Instructions?
    /// The conversation, oldest first.
    package var items: [ChatItem]
    package var tools: [Tool.Function] = []
    /// Meaningful only with `tools`; nil leaves it to the backend.
    package var toolChoice: ToolChoice?
    /// Meaningful only with `tools`; nil leaves it to the backend.
    package var parallelToolCalls: Bool?
    package var temperature: Double?
    package var topP: Double?
    /// The most tokens that the answer may have; nil leaves it to the backend.
    package var maximumOutputTokens: Int?
    package var reasoningEffort: String?
    package var responseFormat: ResponseFormat?

    package init(model: String, instructions: Instructions?, items: [ChatItem]) {
        self.model = model
        self.instructions = instructions
        self.items = items
    }

    package enum ToolChoice: Sendable, Equatable {
        case none
        case auto
        case required
        case function(String)
    }

    package enum ResponseFormat: Sendable, Equatable {
        case jsonObject
        case jsonSchema(name: String, description: String?, schema: JSONValue, strict: Bool?)
    }
}

/// An entry of the conversation that is sent to a model.
package enum ChatItem: Sendable, Equatable {
    /// Plain text messages that are JSON already, `{"role":"user","content":"…"}` objects joined by commas. Both
    /// upstream protocols read that form, so a long history is sent as it is and never encoded again.
    case encoded(ByteBuffer)
    case message(role: Role, parts: [Part])
    /// What the model asked for in an earlier answer of this run, with the thinking that led to it where the backend
    /// wants it back.
    case toolCalls([ToolCall], reasoning: String?)
    case toolOutput(callID: String, output: String)

    package enum Role: String, Sendable { case user, assistant }

    package enum Part: Sendable, Equatable {
        case text(String)
        /// An http(s) or data URL.
        case image(url: String, detail: String?)
        case refusal(String)
    }

    package struct ToolCall: Sendable, Equatable {
        package var id: String
        package var name: String
        /// JSON text as the model wrote it.
        package var arguments: String

        package init(id: String, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }
}
