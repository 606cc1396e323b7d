import AssistantsAPI
import ModelProviders
import NIOCore
import SignageAnalyst
import Storage

/// The part of a thread that goes to the model. Texts are JSON that is ready to be sent: `{"role":…,"content":…}`
/// objects joined by commas. A conversation grows by appending; what was encoded once is never encoded again, and copies
/// share all but the last of its pieces.
struct PromptHistory: Sendable {
    private enum Entry: Sendable {
        case encoded(ByteBuffer)
        case message(ChatItem.Role, [Message.Part])
    }

    /// Bytes of text from which on a piece is closed and a new one begun: to append copies the last one.
    private static let pieceSize = 64 << 10

    /// The conversation up to the piece that grows.
    private var closed: [Entry] = []
    private var json = ByteBuffer()
    /// Bytes that it takes in memory, about.
    private(set) var size = 0
    /// What the answers in it cite.
    private(set) var sources: [CitationSources.Source] = []
    /// The newest message in it whose place is known.
    private(set) var lastSequence = 0
    /// Where it begins, in tokens of the thread.
    let tokenFloor: Int
    /// The value of the thread's edit counter that it is good for.
    let edits: Int
    /// Whether large data in messages are left out, as the model has them as tables.
    let omitsData: Bool

    init(tokenFloor: Int, edits: Int, omitsData: Bool = false) {
        self.tokenFloor = tokenFloor
        self.edits = edits
        self.omitsData = omitsData
    }

    /// The image files in it, in their order. Only their ids are kept; the images are read for each request.
    private(set) var imageFiles: [String] = []

    /// What a model is sent.
    func items(showing images: ShownImages) -> [ChatItem] {
        var items = closed.map { entry -> ChatItem in
            switch entry {
            case .encoded(let json): .encoded(json)
            case .message(let role, let parts): .message(role: role, parts: parts.map { ChatItem.Part($0, images) })
            }
        }
        if json.readableBytes > 0 { items.append(.encoded(json)) }
        return items
    }

    /// Appends a message; without `sequence` one whose place in the thread is not known yet.
    mutating func append(role: Message.Role, content: Message.Content, sequence: Int? = nil) {
        if omitsData, role == .user, content.json.utf8.count > Self.plainLength {
            append(role, content.parts.map(Self.withoutData))
        } else if let escaped = content.escapedText {
            append(role, escaped)
        } else {
            append(role, content.parts)
        }
        if let sequence { lastSequence = sequence }
    }

    /// Bytes of a message in which no data are looked for.
    private static let plainLength = 1000

    private static func withoutData(_ part: Message.Part) -> Message.Part {
        guard case .text(var text) = part else { return part }
        text.value = ConversationTables.withoutData(text.value)
        return .text(text)
    }

    private mutating func append(_ role: Message.Role, _ escaped: some Collection<UInt8>) {
        let opening: StaticString = role == .user ? #"{"role":"user","content":""# : #"{"role":"assistant","content":""#
        let closing: StaticString = #""}"#
        let length = opening.utf8CodeUnitCount + escaped.count + closing.utf8CodeUnitCount + 1
        if json.readableBytes + length > Self.pieceSize { closePiece() }
        json.reserveCapacity(minimumWritableBytes: length)
        if json.readableBytes > 0 { json.writeStaticString(",") }
        json.writeStaticString(opening)
        json.writeBytes(escaped)
        json.writeStaticString(closing)
        size += length
    }

    /// Several texts are one, if there is nothing else: servers that know only texts understand that too.
    ///
    /// A model takes images from users alone.
    private mutating func append(_ role: Message.Role, _ parts: [Message.Part]) {
        let parts = role == .assistant ? parts.map(\.withoutImageFile) : parts
        let texts = parts.compactMap { part in
            if case .text(let text) = part { text } else { nil }
        }
        if role == .assistant { sources += texts.flatMap(\.annotations).compactMap(CitationSources.Source.init) }
        guard texts.count < parts.count else {
            var writer = JSONWriter()
            writer.value(texts.map(\.value).joined(separator: "\n"))
            return append(role, writer.bytes.dropFirst().dropLast())
        }
        closePiece()
        closed.append(.message(role == .user ? .user : .assistant, parts))
        imageFiles += parts.compactMap { part in
            if case .imageFile(let id, _) = part { id } else { nil }
        }
        size += parts.reduce(64) { $0 + $1.size }
    }

    private mutating func closePiece() {
        guard json.readableBytes > 0 else { return }
        closed.append(.encoded(json))
        json = ByteBuffer()
    }
}

extension ChatItem.Part {
    init(_ part: Message.Part, _ images: ShownImages) {
        switch part {
        case .text(let text): self = .text(text.value)
        case .imageURL(let url, let detail): self = .image(url: url, detail: detail)
        case .refusal(let text): self = .refusal(text)
        case .imageFile(let id, let detail):
            switch images[id] {
            case .shown(let url): self = .image(url: url, detail: detail)
            case .leftOut(let reason): self = .text("[The image \(id) is not shown: \(reason).]")
            }
        }
    }
}

extension Message.Part {
    /// For an answer as its model sees it: in place of a figure the words that there was one.
    var withoutImageFile: Message.Part {
        guard case .imageFile(let id, _) = self else { return self }
        return .text(Message.Text("[The figure \(id) was shown to the user here.]"))
    }

    fileprivate var size: Int {
        switch self {
        case .text(let text): text.value.utf8.count + 256 * text.annotations.count
        case .refusal(let text): text.utf8.count
        case .imageURL(let url, _): url.utf8.count
        case .imageFile(let id, _): id.utf8.count
        }
    }
}
