import AssistantsAPI

/// Reads a backend's answer in one of the wire protocols: told what arrives, it says what that means.
package protocol AnswerStream: Sendable {
    init()

    /// The answer is known to be whole: nothing that may follow belongs to it.
    var isComplete: Bool { get }

    /// Takes the next event of a stream.
    mutating func receive(_ event: ServerSentEvent, emit: (ChatEvent) -> Void) throws(CallFailure)

    /// Takes an answer that came as one JSON object, from a backend that does not stream.
    mutating func receiveWhole(_ body: UnsafeRawBufferPointer, emit: (ChatEvent) -> Void) throws(CallFailure)

    /// Ends the answer; fails when it is not whole. Called once.
    mutating func finish(emit: (ChatEvent) -> Void) throws(CallFailure) -> ChatOutcome
}

extension CallFailure {
    static let notJSON = CallFailure.broken("The model backend sent what is not JSON.")
    static let cutShort = CallFailure.broken("The model backend broke off before its answer was complete.")
}

extension ChatOutcome.Finish {
    /// How an answer ended that was cut (`self` says why), when it names functions: their calls stand if they are
    /// whole.
    func with(_ calls: ToolCallAssembly) throws(CallFailure) -> ChatOutcome.Finish {
        if calls.isEmpty { return self }
        switch self {
        case .length, .contentFilter: return calls.isExecutable ? .toolCalls : self
        case .stop, .toolCalls:
            if calls.hasNamelessCall { throw .broken("The model backend called a function without naming it.") }
            return .toolCalls
        }
    }
}

extension TokenUsage {
    /// Reads a backend's `usage` in either protocol's words; nothing when it is null or says nothing.
    init?(reading cursor: inout JSONCursor) throws(JSONParsingError) {
        guard try cursor.kind() == .object else {
            try cursor.skipValue()
            return nil
        }
        self.init()
        var isGiven = false
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "prompt_tokens", "input_tokens":
                promptTokens = try cursor.optionalInteger() ?? promptTokens
                isGiven = true
            case "completion_tokens", "output_tokens":
                completionTokens = try cursor.optionalInteger() ?? completionTokens
                isGiven = true
            case "prompt_cache_hit_tokens": cachedTokens = try cursor.optionalInteger() ?? cachedTokens
            case "prompt_tokens_details", "input_tokens_details", "completion_tokens_details", "output_tokens_details":
                try readDetails(&cursor)
            default: try cursor.skipValue()
            }
        }
        guard isGiven else { return nil }
    }

    private mutating func readDetails(_ cursor: inout JSONCursor) throws(JSONParsingError) {
        guard try cursor.kind() == .object else {
            try cursor.skipValue()
            return
        }
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "cached_tokens": cachedTokens = try cursor.optionalInteger() ?? cachedTokens
            case "reasoning_tokens": reasoningTokens = try cursor.optionalInteger() ?? reasoningTokens
            default: try cursor.skipValue()
            }
        }
    }
}

extension JSONCursor {
    /// Calls `body` for each member when the value is an object, and steps over it when it is not.
    mutating func forEachMemberIfObject(
        _ body: (Key, inout JSONCursor) throws(JSONParsingError) -> Void
    ) throws(JSONParsingError) {
        if try kind() == .object { try forEachMember(body) } else { try skipValue() }
    }

    /// Calls `body` for each element when the value is an array, and steps over it when it is not.
    mutating func forEachElementIfArray(
        _ body: (inout JSONCursor) throws(JSONParsingError) -> Void
    ) throws(JSONParsingError) {
        if try kind() == .array { try forEachElement(body) } else { try skipValue() }
    }

    /// Steps over a value and says whether it was anything but null.
    mutating func skipIsGiven() throws(JSONParsingError) -> Bool {
        let isGiven = try kind() != .null
        try skipValue()
        return isGiven
    }
}

extension ServerSentEvent {
    var isNamedError: Bool { !name.isEmpty && name.elementsEqual("error".utf8) }

    var isBlank: Bool { data.allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    /// `[DONE]`, which is not JSON.
    var isEndMark: Bool {
        guard data.count < 16, let first = data.firstIndex(of: UInt8(ascii: "[")) else { return false }
        return data[first...].starts(with: "[DONE]".utf8)
    }
}
