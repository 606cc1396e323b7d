import AssistantsAPI
import ModelProviders
import Storage

/// The part of a thread that goes to the model. Texts are JSON that is ready to be sent: `{"role":…,"content":…}`
/// objects joined by commas. A conversation grows by appending; what was encoded once is never encoded again.
struct PromptHistory: Sendable {
    /// The conversation up to the newest message that is more than text.
    private var closed: [ChatItem] = []
    private var json: [UInt8] = []
    /// Bytes that it takes in memory, about.
    private(set) var size = 0
    /// The newest message in it whose place is known.
    private(set) var lastSequence = 0
    /// Where it begins, in tokens of the thread.
    let tokenFloor: Int
    /// The value of the thread's edit counter that it is good for.
    let edits: Int

    init(tokenFloor: Int, edits: Int) {
        self.tokenFloor = tokenFloor
        self.edits = edits
    }

    var items: [ChatItem] { json.isEmpty ? closed : closed + [.encoded(json)] }

    /// Appends a message; without `sequence` one whose place in the thread is not known yet.
    mutating func append(role: Message.Role, content: Message.Content, sequence: Int? = nil) {
        if let escaped = content.escapedText {
            append(role, escaped)
        } else {
            append(role, content.parts)
        }
        if let sequence { lastSequence = sequence }
    }

    private mutating func append(_ role: Message.Role, _ escaped: some Collection<UInt8>) {
        let before = json.count
        if !json.isEmpty { json.append(UInt8(ascii: ",")) }
        json.append(
            contentsOf: (role == .user ? #"{"role":"user","content":""# : #"{"role":"assistant","content":""#).utf8
        )
        json.append(contentsOf: escaped)
        json.append(contentsOf: #""}"#.utf8)
        size += json.count - before
    }

    /// Several texts are one, if there is nothing else: servers that know only texts understand that too.
    private mutating func append(_ role: Message.Role, _ parts: [Message.Part]) {
        let texts = parts.compactMap { part in
            if case .text(let text) = part { text } else { nil }
        }
        guard texts.count < parts.count else {
            var writer = JSONWriter()
            writer.value(texts.joined(separator: "\n"))
            return append(role, writer.bytes.dropFirst().dropLast())
        }
        if !json.isEmpty {
            closed.append(.encoded(json))
            json = []
        }
        closed.append(.message(role: role == .user ? .user : .assistant, parts: parts.compactMap(ChatItem.Part.init)))
        size += parts.reduce(64) { $0 + $1.size }
    }
}

extension ChatItem.Part {
    /// Nil for what no backend can be shown.
    init?(_ part: Message.Part) {
        switch part {
        case .text(let text): self = .text(text)
        case .imageURL(let url, let detail): self = .image(url: url, detail: detail)
        case .refusal(let text): self = .refusal(text)
        case .imageFile: return nil
        }
    }
}

extension Message.Part {
    fileprivate var size: Int {
        switch self {
        case .text(let text), .refusal(let text): text.utf8.count
        case .imageURL(let url, _): url.utf8.count
        case .imageFile(let id, _): id.utf8.count
        }
    }
}
