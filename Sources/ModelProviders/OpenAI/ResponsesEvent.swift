import AssistantsAPI

/// What of a Responses event, or of a whole response object, matters.
struct ResponsesEvent {
    var type = ""
    var delta: String?
    /// The whole of what the deltas brought: `text`, `refusal` or `arguments` of a `….done` event.
    var whole: String?
    var outputIndex: Int?
    var item: Item?
    var response: Response?
    /// The event has an `error` member that says something.
    var hasError = false

    /// An entry of the output: a message, a function call or what is of no interest.
    struct Item {
        var type = ""
        var callID: String?
        var name: String?
        var arguments: String?
        var text = ""
        var refusal = ""
        var reasoning = ""
    }

    /// The response object as far as it is read; its output only when it is asked for.
    struct Response {
        var status: String?
        var incompleteReason: String?
        var usage: TokenUsage?
        var hasError = false
        /// Where the array of items stands.
        var output: Range<Int>?
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
            case "type": type = try cursor.optionalString() ?? ""
            case "delta": delta = try cursor.optionalString()
            case "text", "refusal": whole = try cursor.optionalString()
            case "arguments": whole = try cursor.stringOrJSON(in: bytes)
            case "output_index": outputIndex = try cursor.optionalInteger()
            case "item": item = try Item(reading: &cursor, bytes)
            case "response": response = try Response(reading: &cursor)
            case "error": if try cursor.skipIsGiven() { hasError = true }
            default: try cursor.skipValue()
            }
        }
    }

    /// The `item_id`, which is needed only where a server does not number its output.
    static func itemID(_ bytes: UnsafeRawBufferPointer) -> String? {
        var id: String?
        var cursor = JSONCursor(bytes)
        do {
            try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
                switch key {
                case "item_id": id = try cursor.optionalString()
                case "item":
                    try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
                        switch key {
                        case "id": id = try cursor.optionalString()
                        default: try cursor.skipValue()
                        }
                    }
                default: try cursor.skipValue()
                }
            }
        } catch {
            return nil
        }
        return id
    }
}

extension ResponsesEvent.Item {
    init(reading cursor: inout JSONCursor, _ bytes: UnsafeRawBufferPointer) throws(JSONParsingError) {
        try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "type": type = try cursor.optionalString() ?? ""
            case "call_id": callID = try cursor.optionalString()
            case "name": name = try cursor.optionalString()
            case "arguments": arguments = try cursor.stringOrJSON(in: bytes)
            case "content", "summary":
                try cursor.forEachElementIfArray { (cursor) throws(JSONParsingError) in try readPart(&cursor) }
            default: try cursor.skipValue()
            }
        }
    }

    private mutating func readPart(_ cursor: inout JSONCursor) throws(JSONParsingError) {
        var type = ""
        var text = ""
        try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "type": type = try cursor.optionalString() ?? ""
            case "text", "refusal": text = try cursor.optionalString() ?? ""
            default: try cursor.skipValue()
            }
        }
        switch type {
        case "output_text", "text": self.text += text
        case "refusal": refusal += text
        case "summary_text", "reasoning_text": reasoning += text
        default: break
        }
    }
}

extension ResponsesEvent.Response {
    init(reading cursor: inout JSONCursor) throws(JSONParsingError) {
        try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "status": status = try cursor.optionalString()
            case "usage": usage = try TokenUsage(reading: &cursor)
            case "error": if try cursor.skipIsGiven() { hasError = true }
            case "incomplete_details":
                try cursor.forEachMemberIfObject { (key, cursor) throws(JSONParsingError) in
                    switch key {
                    case "reason": incompleteReason = try cursor.optionalString()
                    default: try cursor.skipValue()
                    }
                }
            case "output":
                _ = try cursor.kind()
                let start = cursor.offset
                try cursor.skipValue()
                output = start..<cursor.offset
            default: try cursor.skipValue()
            }
        }
    }

    /// The items of the output.
    func items(in bytes: UnsafeRawBufferPointer) throws(CallFailure) -> [ResponsesEvent.Item] {
        guard let output else { return [] }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[output])
        var items: [ResponsesEvent.Item] = []
        do {
            var cursor = JSONCursor(slice)
            try cursor.forEachElementIfArray { (cursor) throws(JSONParsingError) in
                items.append(try ResponsesEvent.Item(reading: &cursor, slice))
            }
        } catch {
            throw .notJSON
        }
        return items
    }
}
