import AssistantsAPI

/// What of a Chat Completions chunk, or of a whole completion, matters.
struct ChatCompletionsChunk {
    var choice = Choice()
    var hasChoices: Bool { choicesRead > 0 }
    var usage: TokenUsage?
    /// The backend reports an error instead of an answer.
    var isFailure = false

    /// Where the text stands, quotes included, when the chunk says nothing else.
    var loneText: Range<Int>? {
        guard !isFailure, usage == nil, choice.refusal == nil, choice.reasoning == nil, choice.calls.isEmpty,
            choice.finishReason == nil, choicesRead == 1
        else { return nil }
        return choice.textRange
    }

    private var choicesRead = 0

    struct Choice {
        var index = 0
        var text: String?
        /// Where the text stands, quotes included, when it is a string of something.
        var textRange: Range<Int>?
        var refusal: String?
        var reasoning: String?
        var reasoningMember = BackendTraits.ReasoningMember.reasoningContent
        var calls: [ToolCallAssembly.Fragment] = []
        var finishReason: String?
        var isFailure = false
    }

    init(_ bytes: UnsafeRawBufferPointer) throws(CallFailure) {
        do {
            var cursor = JSONCursor(bytes)
            _ = try cursor.kind()
            try read(&cursor, bytes)
            try cursor.end()
        } catch {
            throw .notJSON
        }
    }

    private mutating func read(
        _ cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer
    ) throws(JSONParsingError) {
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "choices": try readChoices(&cursor, bytes)
            case "usage": usage = try TokenUsage(reading: &cursor)
            case "error": if try cursor.skipIsGiven() { isFailure = true }
            case "object": if try cursor.skipIs("\"error\"", in: bytes) { isFailure = true }
            default: try cursor.skipValue()
            }
        }
    }

    /// We ask for one choice; were there others, only the first would count.
    private mutating func readChoices(
        _ cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer
    ) throws(JSONParsingError) {
        try cursor.forEachElementIfArray { (cursor) throws(JSONParsingError) in
            let next = try Choice(reading: &cursor, bytes)
            choicesRead += 1
            if next.isFailure { isFailure = true }
            if next.index == 0 { choice = next }
        }
    }
}

extension ChatCompletionsChunk.Choice {
    fileprivate init(
        reading cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer
    ) throws(JSONParsingError) {
        try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "index": index = try cursor.optionalInteger() ?? 0
            case "delta", "message": try readMessage(&cursor, bytes)
            case "finish_reason": finishReason = try cursor.optionalString()
            case "error": if try cursor.skipIsGiven() { isFailure = true }
            default: try cursor.skipValue()
            }
        }
    }

    private mutating func readMessage(
        _ cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer
    ) throws(JSONParsingError) {
        try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "content": try readText(&cursor)
            case "refusal": refusal = try cursor.optionalString()
            case "reasoning_content": try readReasoning(&cursor, .reasoningContent)
            case "reasoning": try readReasoning(&cursor, .reasoning)
            case "tool_calls":
                try cursor.forEachElementIfArray { (cursor) throws(JSONParsingError) in
                    calls.append(try ToolCallAssembly.Fragment(reading: &cursor, bytes))
                }
            case "function_call":
                var fragment = ToolCallAssembly.Fragment()
                if try cursor.kind() == .object {
                    try fragment.readFunction(&cursor, bytes)
                    calls.append(fragment)
                } else {
                    try cursor.skipValue()
                }
            default: try cursor.skipValue()
            }
        }
    }

    /// Some servers send the same thinking under both names: the first that says something counts.
    private mutating func readReasoning(
        _ cursor: inout JSONCursor,
        _ member: BackendTraits.ReasoningMember
    ) throws(JSONParsingError) {
        guard let text = try cursor.optionalString(), !text.isEmpty, reasoning == nil else { return }
        reasoning = text
        reasoningMember = member
    }

    /// The content: a string, null, or an array of parts.
    private mutating func readText(_ cursor: inout JSONCursor) throws(JSONParsingError) {
        guard try cursor.kind() == .array else {
            let start = cursor.offset
            text = try cursor.optionalString()
            if text?.isEmpty == false { textRange = start..<cursor.offset }
            return
        }
        var text = ""
        try cursor.forEachElement { (cursor) throws(JSONParsingError) in
            try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
                switch key {
                case "text": text += try cursor.optionalString() ?? ""
                default: try cursor.skipValue()
                }
            }
        }
        self.text = text
    }
}

extension ToolCallAssembly.Fragment {
    fileprivate init(
        reading cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer
    ) throws(JSONParsingError) {
        self.init()
        try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "index": index = try cursor.optionalInteger()
            case "id": id = try cursor.optionalString()
            case "function": try readFunction(&cursor, bytes)
            default: try cursor.skipValue()
            }
        }
    }

    fileprivate mutating func readFunction(
        _ cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer
    ) throws(JSONParsingError) {
        try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "name": name = try cursor.optionalString()
            case "arguments": arguments = try cursor.stringOrJSON(in: bytes) ?? ""
            default: try cursor.skipValue()
            }
        }
    }
}

extension JSONCursor {
    /// Reads a string, or an object as its JSON text: some servers send a call's arguments so. Nothing for the rest.
    mutating func stringOrJSON(in bytes: UnsafeRawBufferPointer) throws(JSONParsingError) -> String? {
        guard try kind() == .object else { return try optionalString() }
        let start = offset
        try skipValue()
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// Steps over a value and says whether it is written just as `json`, without making a string of it.
    mutating func skipIs(_ json: StaticString, in bytes: UnsafeRawBufferPointer) throws(JSONParsingError) -> Bool {
        _ = try kind()
        let start = offset
        try skipValue()
        let expected = UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount)
        return offset - start == expected.count && bytes[start..<offset].elementsEqual(expected)
    }
}
