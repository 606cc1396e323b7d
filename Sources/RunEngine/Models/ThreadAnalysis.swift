import AssistantsAPI
import DataTables
import Logging
import SignageAnalyst
import Storage

/// Computes what the built-in analyst says of a thread, and the profile of its data that a model is given.
package struct ThreadAnalysis: Sendable {
    let database: Database
    let tables: ThreadTables
    /// Keeps the charts of answers; nil in a server that keeps no files.
    private let charts: ChartFiles?
    private let logger: Logger
    let queue = AnalysisQueue()

    package init(database: Database, tables: ThreadTables, charts: ChartFiles? = nil, logger: Logger) {
        self.database = database
        self.tables = tables
        self.charts = charts
        self.logger = logger
    }

    /// What the analyst says.
    struct Answer: Sendable {
        var text: String
        var chart: Picture?
    }

    /// A chart that was put into a file.
    struct Picture: Sendable {
        var title: String
        var file: File

        /// The title as it can stand in a link of Markdown.
        var markdownTitle: String { title.filter { !"[]()\\\n".contains($0) } }
    }

    /// The analyst's answer to the newest question of a thread.
    ///
    /// - Parameter files: Ids of files that are data of it beside those of its messages.
    func answer(in thread: Identifier<AssistantThread>, sharing files: [String]) async throws -> Answer {
        let newest = try await database.read { db in
            try db.messages.newestSayings(of: thread, after: 0, limit: 1, bytes: 0).last?.content
        }
        let question = newest?.plainText ?? ""
        let file = try await tables.tables(of: thread, sharing: files)
        let measured = try await measure(question, file)
        let chart = await keep(measured.chart, for: thread)
        if let text = SignageAnalyst.wholeAnswer(measured.result) {
            return Answer(text: text + measured.faults, chart: chart)
        }
        let uploaded = try await uploadedRows(of: file)
        let (stored, said) = try await database.read { db in
            (
                try db.threadData.tables(of: thread),
                try db.messages.newestUserContents(of: thread, limit: Self.messageLimit, bytes: Self.byteLimit)
            )
        }
        let text = try await queue.perform { [names = tables.names] in
            let messages = said.contents.map { (place: $0.sequence, text: $0.content.plainText) }
            var sources = try Self.sources(stored, messages)
            if let uploaded { sources.append(.systemData(uploaded)) }
            let answer = SignageAnalyst.answer(
                to: question,
                measured: measured.result,
                about: names.applied { SignageData(sources: sources) },
                names: names
            )
            return said.isWhole ? answer : answer + "\n\n" + Self.leftOut(messages.count)
        }
        return Answer(text: text + measured.faults, chart: chart)
    }

    /// What tables say to a question.
    private struct Measured: Sendable {
        /// Nil when there are no views, or the question names no measure.
        var result: MeasureAnswer.Result?
        var chart: Chart?
        /// What of the data is in no table, in Markdown.
        var faults = ""
    }

    private func measure(_ question: String, _ file: TableFile?) async throws -> Measured {
        guard let file else { return Measured() }
        return try await tables.ask(file) { [names = tables.names] queries, _ in
            try names.applied {
                var measured = Measured()
                let lines = queries.catalogue.faults.map { "- \($0)" }
                if !lines.isEmpty { measured.faults = "\n\n" + Self.unread + "\n" + lines.joined(separator: "\n") }
                if MeasureAnswer.mayAnswer(question) {
                    measured.result = try MeasureAnswer.answer(question, over: queries)
                }
                switch measured.result {
                case .answer(let answer): measured.chart = answer.chart
                case .refusal: break
                case .unclear, .other, nil: measured.chart = try TrendChart.chart(for: question, over: queries)
                }
                return measured
            }
        }
    }

    /// Nil when there is none, or it cannot be kept: the answer says it all in words.
    private func keep(_ chart: Chart?, for thread: Identifier<AssistantThread>) async -> Picture? {
        guard let chart, let charts else { return nil }
        do {
            return Picture(title: chart.title, file: try await charts.keep(chart, for: thread))
        } catch {
            logger.error("A chart could not be kept", error)
            return nil
        }
    }

    private static let unread = "_읽지 못한 데이터 / Data that could not be read:_"

    /// The rows of files, for the answers that are not made from tables.
    private func uploadedRows(of file: TableFile?) async throws -> JSONObject? {
        guard let file else { return nil }
        return try await tables.ask(file) { [names = tables.names] queries, isCancelled in
            try names.applied { try UploadedRows.document(from: queries, isCancelled: isCancelled) }
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
        return try await queue.perform(limit: Self.updateLimit) { [names = tables.names] in
            let tables = document.members.map { ThreadDataRepository.Table(name: $0.key, json: $0.value.jsonText) }
            let documents = [try Self.document(earlier), document]
            let profile = names.applied {
                SignageAnalyst.profile(of: SignageData(systemData: documents, messages: []))
            }
            return ThreadDataUpdate(
                tables: tables,
                profile: profile ?? "(no rows)",
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
