/// What backends send, spelled out.
enum Answer {
    /// An event stream, one HTTP chunk an event, and its proper end.
    static func stream(_ events: [String]) -> [ScriptedBackend.Step] {
        [.send(head), .send(events.map(chunk).joined() + "0\r\n\r\n")]
    }

    /// The beginning of an event stream, not ended.
    static func openStream(_ events: [String]) -> [ScriptedBackend.Step] {
        [.send(head + events.map(chunk).joined())]
    }

    /// What follows `openStream`, to the proper end.
    static func rest(_ events: [String]) -> [ScriptedBackend.Step] {
        [.send(events.map(chunk).joined() + "0\r\n\r\n")]
    }

    /// A stream of which every byte comes on its own.
    static func bytewiseStream(_ events: [String]) -> [ScriptedBackend.Step] {
        [.sendBytewise(Array((head + events.map(chunk).joined() + "0\r\n\r\n").utf8))]
    }

    /// A stream that the end of the connection ends.
    static func streamUntilClose(_ events: [String]) -> [ScriptedBackend.Step] {
        [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + events.joined()), .close]
    }

    static func body(
        _ status: Int,
        _ body: String,
        type: String = "application/json",
        headers: String = ""
    ) -> [ScriptedBackend.Step] {
        [
            .send(
                "HTTP/1.1 \(status) Status\r\nContent-Type: \(type)\r\n\(headers)"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        ]
    }

    private static let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func chunk(_ text: String) -> String {
        String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n"
    }
}

/// Chat Completions, as it comes over the wire.
enum Chat {
    static let done = "data: [DONE]\n\n"
    static let usage =
        #"data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":21,"completion_tokens":9,"#
        + #""total_tokens":30,"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":2}}}"#
        + "\n\n"

    static func delta(_ delta: String, finish: String? = nil) -> String {
        "data: " + payload(delta, finish: finish) + "\n\n"
    }

    static func payload(_ delta: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1770950834,"model":"m","choices":"#
            + #"[{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(reason)}],"usage":null}"#
    }

    static func answer(_ words: [String]) -> [String] {
        [delta(#"{"role":"assistant","content":"","refusal":null}"#)]
            + words.map { delta(#"{"content":"\#($0)"}"#) } + [delta("{}", finish: "stop"), usage, done]
    }
}

/// Responses, as it comes over the wire.
enum Responses {
    static func event(_ type: String, _ members: String = "") -> String {
        "event: \(type)\ndata: \(payload(type, members))\n\n"
    }

    static func payload(_ type: String, _ members: String = "") -> String {
        #"{"type":"\#(type)","sequence_number":1\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    static let usage =
        #""usage":{"input_tokens":21,"input_tokens_details":{"cached_tokens":5},"output_tokens":9,"#
        + #""output_tokens_details":{"reasoning_tokens":2},"total_tokens":30}"#

    static func completed(output: String = "[]") -> String {
        event("response.completed", #""response":{"id":"resp_1","status":"completed","output":\#(output),\#(usage)}"#)
    }

    static func answer(_ words: [String]) -> [String] {
        let item = #""output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[]}"#
        return [
            event("response.created", #""response":{"id":"resp_1","status":"in_progress","error":null,"output":[]}"#),
            event("response.output_item.added", item),
        ]
            + words.map {
                event(
                    "response.output_text.delta",
                    #""item_id":"msg_1","output_index":0,"content_index":0,"delta":"\#($0)""#
                )
            } + [
                event("response.output_text.done", #""item_id":"msg_1","output_index":0,"text":"\#(words.joined())""#),
                completed(),
            ]
    }
}
