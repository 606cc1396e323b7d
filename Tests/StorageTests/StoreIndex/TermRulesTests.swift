import AssistantsAPI
import GRDB
import Storage
import Testing

@Suite struct TermRulesTests {
    private let temporary = TemporaryIndexes()

    private func change(_ sql: String) async throws {
        try await DatabaseQueue(path: temporary.path + "/vs_1.sqlite").write { try $0.execute(sql: sql) }
    }

    /// The terms of all chunks.
    private func terms() async throws -> [String] {
        let database = try DatabaseQueue(path: temporary.path + "/vs_1.sqlite")
        return try await database.writeWithoutTransaction { db in
            try db.execute(sql: "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, chunk_terms, row)")
            return try String.fetchAll(db, sql: "SELECT term FROM temp.vocabulary ORDER BY term")
        }
    }

    private func reopened() async throws -> StoreIndex {
        try await StoreIndexes(directory: temporary.path).index(of: Identifier("vs_1"))
    }

    @Test("An index made by other rules gets today's terms when it is opened, and loses them with its files")
    func otherRules() async throws {
        try await temporary.index().add("file-1", ["a red lamp", "환불 정책"])
        try await temporary.index().add("file-2", ["a green door"])
        let before = try await terms()
        try await change(
            """
            INSERT INTO chunk_terms (chunk_terms) VALUES ('delete-all');
            INSERT INTO chunk_terms (rowid, once) VALUES (1, 'formerly');
            UPDATE store SET term_rules = 0;
            """
        )

        let index = try await reopened()

        #expect(try await index.texts("lamp") == ["a red lamp"])
        #expect(try await index.texts("환불정책") == ["환불 정책"])
        #expect(try await index.texts("formerly").isEmpty)
        #expect(try await terms() == before)
        try await index.remove(Identifier("file-1"))
        #expect(try await terms().filter { $0.contains("lamp") || $0.contains("환") }.isEmpty)
    }

    @Test("An index of the first servers, which noted no rules, is used as it is")
    func withoutRules() async throws {
        try await temporary.index().add("file-1", ["a red lamp"])
        try await change(
            """
            ALTER TABLE store DROP COLUMN term_rules;
            ALTER TABLE chunks DROP COLUMN page_starts;
            PRAGMA user_version = 1;
            """
        )

        let index = try await reopened()
        try await index.add("file-2", ["a blue lamp"])

        #expect(Set(try await index.texts("lamp")) == ["a red lamp", "a blue lamp"])
    }

    @Test("What terms a text has is known; who changes it raises the number of the rules with it")
    func rules() async throws {
        let text = "환불의 정책을 확인: ERR_4031, OB-300 and snake_case; Café 値段"
        try await temporary.index().add("file-1", [text])

        let rules = try await DatabaseQueue(path: temporary.path + "/vs_1.sqlite").read { db in
            try Int.fetchOne(db, sql: "SELECT term_rules FROM store")
        }

        #expect(rules == 1)
        #expect(try await terms() == Self.termsByRules1)
    }

    private static let termsByRules1 = [
        "1", "300", "4031", "and", "cafe", "case", "err", "err_4031", "file", "file_1_txt", "ob", "ob_300", "snake",
        "snake_case", "txt", "値段", "불의", "불정", "을확", "의정", "정책", "책을", "책확", "확인", "환불",
    ]
}
