import AssistantsAPI
import Foundation
import RunEngine
import Storage
import Testing

@Suite final class DumpImportTests {
    private let folder: String
    private let database: Database

    init() throws {
        folder = NSTemporaryDirectory() + "import-tests-\(UUID().uuidString)"
        database = try Database(directory: DataDirectory(path: folder + "/data"))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func take(_ dump: String, name: String = "dump.jsonl") async throws -> ImportReport {
        let path = "\(folder)/\(name)"
        try dump.write(toFile: path, atomically: true, encoding: .utf8)
        let report = try await DumpImport(database: database, project: .default) { _ in }.run([path])
        try FileManager.default.removeItem(atPath: path)
        return report
    }

    private func message(_ id: String, at time: Int, thread: String = "thread_1") -> String {
        """
        {"id":"\(id)","object":"thread.message","created_at":\(time),"thread_id":"\(thread)","role":"user",\
        "content":[{"type":"text","text":{"value":"\(id)","annotations":[]}}]}
        """
    }

    private func texts(of thread: String = "thread_1") async throws -> [String] {
        let request = PageRequest(limit: 100, order: .ascending)
        return try await database.read { try $0.messages.page(request, of: Identifier(thread)) }
            .items.map(\.content.plainText)
    }

    @Test("Messages of one second come in the order of the list that they were in")
    func order() async throws {
        let newestFirst = [("d", 20), ("c", 10), ("b", 10), ("a", 10)].map { message($0.0, at: $0.1) }

        let report = try await take(newestFirst.joined(separator: "\n"))

        #expect(report[.message].added == 4)
        #expect(report.impliedThreads == 1)
        #expect(try await texts() == ["a", "b", "c", "d"])
    }

    @Test("A list from the oldest to the newest is known by its times")
    func ascending() async throws {
        let oldestFirst = [("a", 10), ("b", 10), ("c", 10), ("d", 20)].map { message($0.0, at: $0.1) }

        _ = try await take("[" + oldestFirst.joined(separator: ",") + "]")

        #expect(try await texts() == ["a", "b", "c", "d"])
    }

    @Test("Older messages come before those that are stored, and tokens are counted anew")
    func merged() async throws {
        _ = try await take([message("c", at: 30), message("e", at: 50)].joined(separator: "\n"))
        _ = try await take([message("d", at: 40), message("a", at: 10), message("c", at: 30)].joined(separator: "\n"))

        #expect(try await texts() == ["a", "c", "d", "e"])
        let last = try await database.read { try $0.messages.last(of: Identifier("thread_1")) }
        let single = Message.Content(text: "a").estimatedTokens
        #expect(last?.tokensThrough == 4 * single)
        let again = try await take(message("d", at: 40))
        #expect(!again.hasAdded)
        #expect(again[.message].unchanged == 1)
    }

    @Test("A part that is cut off is refused by its line, and what follows is taken")
    func broken() async throws {
        let dump = [message("a", at: 1), #"{"id":"b","object":"thread.mes"#, message("c", at: 3), #"{"id": ["#]

        let report = try await take(dump.joined(separator: "\n"))

        #expect(report.refusals.map(\.line) == [2, 4])
        #expect(try await texts() == ["a", "c"])
    }

    @Test("A pretty-printed file of several documents is read")
    func pretty() async throws {
        let dump = """
            \u{FEFF}{
              "object": "list",
              "data": [
                \(message("b", at: 2)),
                \(message("a", at: 1))
              ],
              "has_more": false
            }
            [[\(message("c", at: 3))]]
            """

        let report = try await take(dump, name: "dump.json")

        #expect(report.refusals == [])
        #expect(try await texts() == ["a", "b", "c"])
    }

    @Test("Metadata that is no text, and an unknown tool, are refused with the reason")
    func refusals() async throws {
        let dump = """
            {"id":"thread_1","object":"thread","created_at":1,"metadata":{"n":1}}
            {"id":"asst_1","object":"assistant","created_at":1,"model":"m","tools":[{"type":"browser"}]}
            {"id":"asst_2","object":"assistant","model":"m"}
            """

        let report = try await take(dump)

        #expect(
            report.refusals.map(\.reason) == [
                "metadata.n is not a string", "a tool is of the unknown kind 'browser'", "created_at is missing",
            ]
        )
        #expect(report.refusals.map(\.object) == [1, 2, 3])
    }
}
