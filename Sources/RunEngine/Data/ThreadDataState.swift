import AssistantsAPI
import SignageAnalyst
import Storage

/// Where the data of a thread are, as far as somebody has looked: in `system_data`, in which messages, in which files.
struct ThreadDataState: Sendable, Equatable {
    /// How often its `system_data` was changed; 0 when there is none.
    private(set) var revision = 0
    /// How often its past was changed.
    private var edits = 0
    /// The newest message that was looked at.
    private var last = 0
    /// The places of messages that have tables in them.
    private(set) var pasted: [Int] = []
    /// The files that messages brought along.
    private(set) var attached: [String] = []

    /// What is read of a thread at most when nobody has looked at it before.
    private static let messages = 200
    private static let bytes = 64 << 20

    init() {}

    /// Looks at what has come since.
    ///
    /// Returns nil when there is no such thread.
    func updated(in thread: Identifier<AssistantThread>, _ db: Connection) throws -> ThreadDataState? {
        guard let edits = try db.threads.edits(of: thread) else { return nil }
        var state = edits == self.edits ? self : ThreadDataState()
        state.edits = edits
        state.revision = try db.threadData.revision(of: thread)
        let news = try db.messages.newestSayings(
            of: thread,
            after: state.last,
            limit: Self.messages,
            bytes: Self.bytes
        )
        for message in news {
            state.last = message.sequence
            if ConversationTables.isData(in: message.content.plainText) { state.pasted.append(message.sequence) }
            for file in message.attachedFiles where !state.attached.contains(file) { state.attached.append(file) }
        }
        return state
    }

    /// What tables that are made of it are good for, beside its files.
    var version: [Int] { [revision, pasted.isEmpty ? 0 : edits] + pasted }
}

extension MessageRepository.Saying {
    fileprivate var attachedFiles: [String] { attachmentsJSON.map(PendingMessage.fileIDs(attached:)) ?? [] }
}

extension PendingMessage {
    /// Ids of files in the JSON array of a message's attachments.
    static func fileIDs(attached json: String) -> [String] {
        ((try? JSONValue(parsing: json))?.arrayValue ?? []).compactMap { $0["file_id"]?.stringValue }
    }

    /// Whether it brings data along, or files that may be data.
    var hasData: Bool { attachmentsJSON != nil || ConversationTables.isData(in: content.plainText) }
}
