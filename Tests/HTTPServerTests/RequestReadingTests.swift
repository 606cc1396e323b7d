import AssistantsAPI
import HTTPServer
import Storage
import Testing

/// A body of a request, and the fault that it must be refused for.
private struct Refused: Sendable, CustomTestStringConvertible {
    var body: String
    var message: String
    var param: String?
    var code: String

    init(_ body: String, _ message: String, _ param: String?, _ code: String) {
        self.body = body
        self.message = message
        self.param = param
        self.code = code
    }

    var testDescription: String { String(body.prefix(80)) }
}

@Suite struct RequestReadingTests {
    private static func object(_ json: String) throws -> JSONObject {
        guard let object = try JSONValue(parsing: json).objectValue else {
            throw JSONParsingError(offset: 0, reason: "")
        }
        return object
    }

    private static func run(_ json: String) throws -> CreateRunBody {
        var references = ResourceReferences()
        return try CreateRunBody(object(json), ids: IDGenerator(clock: .system), &references)
    }

    private func expect(_ refused: Refused, _ read: (String) throws -> Void) {
        let error = #expect(throws: OpenAIError.self) { try read(refused.body) }
        #expect(error?.message == refused.message)
        #expect(error?.param == refused.param)
        #expect(error?.code == refused.code)
        #expect(error?.type == "invalid_request_error")
    }

    // MARK: Assistants

    private static let long = String(repeating: "é", count: 257)

    @Test(
        "A wrong assistant is refused for its first fault",
        arguments: [
            Refused(
                #"{"name":"n"}"#,
                "Missing required parameter: 'model'.",
                "model",
                "missing_required_parameter"
            ),
            Refused(
                #"{"model":"m","file_ids":[]}"#,
                "Unknown parameter: 'file_ids'.",
                "file_ids",
                "unknown_parameter"
            ),
            Refused(
                #"{"model":true}"#,
                "Invalid type for 'model': expected a string, but got a boolean instead.",
                "model",
                "invalid_type"
            ),
            Refused(
                #"{"model":""}"#,
                "Invalid 'model': string too short. Expected a string with minimum length 1, but got an empty string instead.",
                "model",
                "empty_string"
            ),
            Refused(
                #"{"model":"m","name":"\#(long)"}"#,
                "Invalid 'name': string too long. Expected a string with maximum length 256, but got a string with length 257 instead.",
                "name",
                "string_above_max_length"
            ),
            Refused(
                #"{"model":"m","temperature":200}"#,
                "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 200 instead.",
                "temperature",
                "decimal_above_max_value"
            ),
            Refused(
                #"{"model":"m","top_p":-0.5}"#,
                "Invalid 'top_p': decimal below minimum value. Expected a value >= 0, but got -0.5 instead.",
                "top_p",
                "decimal_below_min_value"
            ),
            Refused(
                #"{"model":"m","metadata":{"modified":true}}"#,
                "Invalid type for 'metadata.modified': expected a string, but got a boolean instead.",
                "metadata.modified",
                "invalid_type"
            ),
            Refused(
                #"{"model":"m","tools":[{"type":"retrieval"}]}"#,
                "Invalid value: 'retrieval'. Supported values are: 'code_interpreter', 'function', and 'file_search'.",
                "tools[0].type",
                "invalid_value"
            ),
            Refused(
                #"{"model":"m","tools":[{"type":"code_interpreter"},{"type":"function","function":{"name":"a b"}}]}"#,
                "Invalid 'tools[1].function.name': string does not match pattern. "
                    + "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                "tools[1].function.name",
                "invalid_value"
            ),
            Refused(
                #"{"model":"m","tools":[{"type":"file_search","file_search":{"ranking_options":{}}}]}"#,
                "Missing required parameter: 'tools[0].file_search.ranking_options.score_threshold'.",
                "tools[0].file_search.ranking_options.score_threshold",
                "missing_required_parameter"
            ),
            Refused(
                #"{"model":"m","response_format":{"type":"xml"}}"#,
                "Invalid value: 'xml'. Supported values are: 'json_object', 'json_schema', and 'text'.",
                "response_format.type",
                "invalid_value"
            ),
        ]
    )
    fileprivate func refusedAssistant(_ refused: Refused) {
        expect(refused) { _ = try CreateAssistantBody(Self.object($0)) }
    }

    @Test("What an assistant does not say has its default, and null says nothing")
    func defaults() throws {
        let body = try CreateAssistantBody(
            Self.object(#"{"model":"m","name":null,"tools":null,"metadata":null,"temperature":null}"#)
        )

        #expect(body.settings == AssistantSettings(model: "m"))
        #expect(body.name == nil)
        #expect(body.metadata == Metadata())
    }

    @Test("Tools come back with the defaults that the service filled in")
    func tools() throws {
        let body = try CreateAssistantBody(
            Self.object(#"{"model":"m","tools":[{"type":"file_search"},{"type":"function","function":{"name":"f"}}]}"#)
        )

        #expect(
            body.settings.tools.map(\.jsonText) == [
                #"{"type":"file_search","file_search":{"ranking_options":{"ranker":"default_2024_08_21","score_threshold":0.0}}}"#,
                #"{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}},"strict":false}}"#,
            ]
        )
    }

    @Test("Tools have a bound all together")
    func size() throws {
        let description = String(repeating: "d", count: 200_000)
        let function = #"{"type":"function","function":{"name":"f","parameters":{"description":"\#(description)"}}}"#
        func assistant(_ count: Int) throws -> CreateAssistantBody {
            let tools = Array(repeating: function, count: count).joined(separator: ",")
            return try CreateAssistantBody(Self.object(#"{"model":"m","tools":[\#(tools)]}"#))
        }

        #expect(try assistant(5).settings.tools.count == 5)
        let error = #expect(throws: OpenAIError.self) { try assistant(6) }
        #expect(error?.param == "tools")
    }

    @Test("Lengths are counted in code points, not in bytes or in what looks like one character")
    func lengths() throws {
        let family = "👨‍👩‍👧‍👦"  // One character of seven code points.
        let fits = String(repeating: family, count: 36)
        let body = try CreateAssistantBody(Self.object(#"{"model":"m","name":"\#(fits)"}"#))
        #expect(body.name == fits)

        #expect(throws: OpenAIError.self) {
            try CreateAssistantBody(Self.object(#"{"model":"m","name":"\#(fits + family)"}"#))
        }
    }

    @Test("A modification tells what is absent from what is null")
    func patch() throws {
        var assistant = Assistant(
            id: Identifier("asst_1"),
            createdAt: Timestamp(seconds: 1),
            name: "kept",
            description: "cleared",
            settings: AssistantSettings(
                model: "m",
                instructions: "kept",
                toolResources: ToolResources(fileIDs: ["file-1"], vectorStoreIDs: ["vs_1"]),
                temperature: 0.5
            ),
            metadata: Metadata(pairs: [("k", "v")])
        )

        let body = try ModifyAssistantBody(
            Self.object(
                """
                {"description":null,"temperature":null,"metadata":null,"model":"other",
                 "tool_resources":{"file_search":{"vector_store_ids":[]}}}
                """
            )
        )
        body.patch.apply(to: &assistant)

        #expect(assistant.name == "kept")
        #expect(assistant.description == nil)
        #expect(assistant.settings.instructions == "kept")
        #expect(assistant.settings.model == "other")
        #expect(assistant.settings.temperature == nil)
        #expect(assistant.settings.toolResources == ToolResources(fileIDs: ["file-1"], vectorStoreIDs: []))
        #expect(assistant.metadata == Metadata())
    }

    // MARK: Runs and their messages

    @Test(
        "A wrong run is refused for its first fault",
        arguments: [
            Refused(
                #"{}"#,
                "Missing required parameter: 'assistant_id'.",
                "assistant_id",
                "missing_required_parameter"
            ),
            Refused(
                #"{"assistant_id":"a","max_prompt_tokens":0}"#,
                "Invalid 'max_prompt_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
                "max_prompt_tokens",
                "integer_below_min_value"
            ),
            Refused(
                #"{"assistant_id":"a","max_completion_tokens":1.5}"#,
                "Invalid type for 'max_completion_tokens': expected an integer, but got a decimal instead.",
                "max_completion_tokens",
                "invalid_type"
            ),
            Refused(
                #"{"assistant_id":"a","truncation_strategy":{"type":"last_messages"}}"#,
                "Missing required parameter: 'truncation_strategy.last_messages'.",
                "truncation_strategy.last_messages",
                "missing_required_parameter"
            ),
            Refused(
                #"{"assistant_id":"a","tool_choice":"any"}"#,
                "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.",
                "tool_choice",
                "invalid_value"
            ),
            Refused(
                #"{"assistant_id":"a","additional_messages":[{"role":"system","content":"x"}]}"#,
                "Invalid value: 'system'. Supported values are: 'user' and 'assistant'.",
                "additional_messages[0].role",
                "invalid_value"
            ),
            Refused(
                #"{"assistant_id":"a","additional_messages":[{"role":"user","content":7}]}"#,
                "Invalid type for 'additional_messages[0].content': "
                    + "expected one of an array of objects or string, but got an integer instead.",
                "additional_messages[0].content",
                "invalid_type"
            ),
            Refused(
                #"{"assistant_id":"a","additional_messages":[{"role":"user","content":[]}]}"#,
                "Invalid 'additional_messages[0].content': empty array. "
                    + "Expected an array with minimum length 1, but got an empty array instead.",
                "additional_messages[0].content",
                "empty_array"
            ),
            Refused(
                #"{"assistant_id":"a","additional_messages":[\#(message33)]}"#,
                "Invalid 'additional_messages': array too long. "
                    + "Expected an array with maximum length 32, but got an array with length 33 instead.",
                "additional_messages",
                "array_above_max_length"
            ),
            Refused(
                #"{"assistant_id":"a","on_active_run":"wait"}"#,
                "Invalid value: 'wait'. Supported values are: 'reject', 'enqueue', and 'interrupt'.",
                "on_active_run",
                "invalid_value"
            ),
        ]
    )
    fileprivate func refusedRun(_ refused: Refused) { expect(refused) { _ = try Self.run($0) } }

    private static let message33 = Array(repeating: #"{"role":"user","content":"x"}"#, count: 33)
        .joined(separator: ",")

    @Test("Content parts are stored in the form in which they are shown")
    func content() throws {
        let body = try Self.run(
            """
            {"assistant_id":"a","additional_messages":[{"role":"user","content":[
              {"type":"text","text":"hi"},
              {"type":"image_url","image_url":{"url":"https://x.org/i.png"}}]}]}
            """
        )

        let expected =
            #"[{"type":"text","text":{"value":"hi","annotations":[]}},"#
            + #"{"type":"image_url","image_url":{"url":"https://x.org/i.png","detail":"auto"}}]"#
        #expect(body.additionalMessages.map(\.content.json) == [expected])
    }

    @Test("Files and stores that a run names are noted, to be looked up")
    func references() throws {
        var references = ResourceReferences()
        let json = """
            {"assistant_id":"a","tool_resources":{"file_search":{"vector_store_ids":["vs_1"]}},
             "thread":{"messages":[{"role":"user","content":[{"type":"image_file","image_file":{"file_id":"file-1"}}],
               "attachments":[{"file_id":"file-2","tools":[{"type":"code_interpreter"}]}]}]}}
            """

        let body = try CreateThreadAndRunBody(Self.object(json), ids: IDGenerator(clock: .system), &references)

        #expect(references.files == ["file-1", "file-2"])
        #expect(references.vectorStores == ["vs_1"])
        #expect(
            body.thread.messages.map(\.attachmentsJSON) == [
                #"[{"file_id":"file-2","tools":[{"type":"code_interpreter"}]}]"#
            ]
        )
    }

    @Test("Additional instructions follow those that apply, after a blank line")
    func instructions() throws {
        let assistant = AssistantSettings(model: "m", instructions: "A")
        func settings(_ members: String) throws -> RunSettings {
            try Self.run(#"{"assistant_id":"a"\#(members)}"#).overrides.checkedSettings(for: assistant)
        }

        #expect(try settings("").instructions == "A")
        #expect(try settings(#","additional_instructions":"B""#).instructions == "A\n\nB")
        #expect(try settings(#","instructions":"C","additional_instructions":"B""#).instructions == "C\n\nB")
        #expect(try settings(#","instructions":"","additional_instructions":"B""#).instructions == "B")
    }

    @Test("A choice of a tool that the run does not have is refused")
    func toolChoice() throws {
        let function = Tool.Function(name: "f", description: nil, parameters: Tool.Function.noParameters, strict: false)
        let assistant = AssistantSettings(model: "m", tools: [.function(function)])
        func settings(_ members: String) throws -> RunSettings {
            try Self.run(#"{"assistant_id":"a",\#(members)}"#).overrides.checkedSettings(for: assistant)
        }

        let named = #""tool_choice":{"type":"function","function":{"name":"f"}}"#
        #expect(try settings(named).toolChoice == .function("f"))
        #expect(throws: OpenAIError.self) { try settings(#""tools":[],"# + named) }
        let error = #expect(throws: OpenAIError.self) { try settings(#""tool_choice":{"type":"file_search"}"#) }
        #expect(error?.param == "tool_choice")
    }

    @Test("Answers in JSON go with functions alone")
    func responseFormat() throws {
        let assistant = AssistantSettings(model: "m", tools: [.codeInterpreter])
        let body = try Self.run(#"{"assistant_id":"a","response_format":{"type":"json_object"}}"#)

        let error = #expect(throws: OpenAIError.self) { try body.overrides.checkedSettings(for: assistant) }

        #expect(
            error?.message
                == "Invalid tools: all tools must be of type `function` when `response_format` is of type `json_object`."
        )
    }

    @Test("Outputs of tools may be absent, but are texts")
    func toolOutputs() throws {
        let body = try ToolOutputsBody(
            Self.object(#"{"tool_outputs":[{"tool_call_id":"call_1"},{"tool_call_id":"call_2","output":"2"}]}"#)
        )
        #expect(body.outputs.map(\.callID) == ["call_1", "call_2"])
        #expect(body.outputs.map(\.text) == ["", "2"])
        #expect(!body.isStream && !body.isPartial)

        let refused = Refused(
            #"{"tool_outputs":[{"tool_call_id":"call_1","output":{}}]}"#,
            "Invalid type for 'tool_outputs[0].output': expected a string, but got an object instead.",
            "tool_outputs[0].output",
            "invalid_type"
        )
        expect(refused) { _ = try ToolOutputsBody(Self.object($0)) }
    }

    @Test("An error repeats no more than the beginning of what was sent")
    func shortened() throws {
        let long = String(repeating: "x", count: 10_000)
        let error = #expect(throws: OpenAIError.self) { try Self.run(#"{"\#(long)":1}"#) }
        #expect((error?.message.count ?? 0) < 300)
    }
}
