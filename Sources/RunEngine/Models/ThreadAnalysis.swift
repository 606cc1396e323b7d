import AssistantsAPI
import SignageAnalyst
import Storage

/// Computes what the built-in analyst says of a thread, and the profile of its data that a model is given.
package struct ThreadAnalysis: Sendable {
    let database: Database
    let queue = AnalysisQueue()

    package init(database: Database) { self.database = database }

    /// The analyst's answer to the newest question of a thread.
    func answer(in thread: Identifier<AssistantThread>) async throws -> String {
        let (tables, contents) = try await database.read { db in
            (try db.threadData.tables(of: thread), try db.messages.userContents(of: thread))
        }
        return try await queue.perform {
            let texts = contents.map(\.plainText)
            let data = SignageData(systemData: [try Self.document(tables)], messages: texts)
            return SignageAnalyst.answer(to: texts.last ?? "", about: data)
        }
    }

    /// What is stored of data that came with a request: its tables, and the profile of them and of the tables that the
    /// thread has already.
    package func update(
        of thread: Identifier<AssistantThread>?,
        with document: JSONObject
    ) async throws -> ThreadDataUpdate {
        var stored: [ThreadDataRepository.Table] = []
        if let thread { stored = try await database.read { try $0.threadData.tables(of: thread) } }
        let earlier = stored
        return try await queue.perform {
            let tables = document.members.map { ThreadDataRepository.Table(name: $0.key, json: $0.value.jsonText) }
            let data = SignageData(systemData: [try Self.document(earlier), document], messages: [])
            return ThreadDataUpdate(tables: tables, profile: SignageAnalyst.profile(of: data) ?? "(no rows)")
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
}
