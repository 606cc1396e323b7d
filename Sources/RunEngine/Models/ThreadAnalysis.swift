import AssistantsAPI
import SignageAnalyst
import Storage

/// Computes what the built-in analyst says of a thread, and the profile of its data that a model is given.
package struct ThreadAnalysis: Sendable {
    let database: Database
    /// Names of fields and tables that a user has added.
    let names: FieldNames
    let queue = AnalysisQueue()

    package init(database: Database, names: FieldNames = .none) {
        self.database = database
        self.names = names
    }

    /// The analyst's answer to the newest question of a thread.
    func answer(in thread: Identifier<AssistantThread>) async throws -> String {
        let (tables, said) = try await database.read { db in
            (
                try db.threadData.tables(of: thread),
                try db.messages.newestUserContents(of: thread, limit: Self.messageLimit, bytes: Self.byteLimit)
            )
        }
        return try await queue.perform {
            let messages = said.contents.map { (place: $0.sequence, text: $0.content.plainText) }
            let data = SignageData(sources: try Self.sources(tables, messages))
            let answer = SignageAnalyst.answer(to: messages.last?.text ?? "", about: data, names: names)
            return said.isWhole ? answer : answer + "\n\n" + Self.leftOut(messages.count)
        }
    }

    /// Data and messages in the order in which they came: the newer table of a name replaces the older one, wherever each
    /// was found.
    private static func sources(
        _ tables: [ThreadDataRepository.Table],
        _ messages: [(place: Int, text: String)]
    ) throws -> [SignageData.Source] {
        var sources: [SignageData.Source] = []
        var rest = messages[...]
        for table in tables {
            while let next = rest.first, next.place <= table.afterMessage {
                sources.append(.message(next.text))
                rest.removeFirst()
            }
            sources.append(.systemData(try document([table])))
        }
        return sources + rest.map { .message($0.text) }
    }

    /// What is read of a thread at most, so that a question costs the same in a thread of any length.
    private static let messageLimit = 200
    private static let byteLimit = 64 << 20
    /// Requests whose data waits to be analysed, at most: each holds a body that may be large.
    static let updateLimit = 32

    private static func leftOut(_ count: Int) -> String {
        "_이 답변은 최근 사용자 메시지 \(count)개만 읽었습니다. / Only the newest \(count) user messages were read._"
    }

    /// What is stored of data that came with a request: its tables, and the profile of them and of the tables that the
    /// thread has already. Throws `EngineError.tooMuchData` when too many wait for the same.
    package func update(
        of thread: Identifier<AssistantThread>?,
        with document: JSONObject
    ) async throws -> ThreadDataUpdate {
        var (stored, revision): ([ThreadDataRepository.Table], Int) = ([], 0)
        if let thread {
            (stored, revision) = try await database.read { db in
                (try db.threadData.tables(of: thread), try db.threadData.revision(of: thread))
            }
        }
        let (earlier, basedOn) = (stored, revision)
        return try await queue.perform(limit: Self.updateLimit) {
            let tables = document.members.map { ThreadDataRepository.Table(name: $0.key, json: $0.value.jsonText) }
            let data = SignageData(systemData: [try Self.document(earlier), document], messages: [])
            return ThreadDataUpdate(
                tables: tables,
                profile: SignageAnalyst.profile(of: data) ?? "(no rows)",
                basedOn: basedOn
            )
        }
    }

    private static func document(_ tables: [ThreadDataRepository.Table]) throws -> JSONObject {
        JSONObject(try tables.map { (key: $0.name, value: try JSONValue(parsing: $0.json)) })
    }
}

/// Data that joins a thread.
package struct ThreadDataUpdate: Sendable {
    package var tables: [ThreadDataRepository.Table]
    package var profile: String
    /// The revision of the thread's data that the profile was computed from, together with these tables.
    package var basedOn: Int
}
