/// A search of documents that a model asked for and the server carries out.
package struct FileSearchCall: Sendable, Equatable {
    /// `call_…`, from the backend or made here.
    package var id: String
    /// JSON text as the model wrote it, even when it is malformed. Never shown.
    package var arguments: String
    package var ranker: String
    /// From 0 to 1; what is below it was dropped.
    package var scoreThreshold: Double
    /// Nil as long as it has not been carried out.
    package var finding: Finding?

    /// What came of a search.
    package struct Finding: Sendable, Equatable {
        /// The first number in the markers of its results: 4 in `【4:0†name】`. The second is the place of a result.
        package var number: Int
        /// Best first.
        package var results: [Result]

        package init(number: Int, results: [Result]) {
            self.number = number
            self.results = results
        }
    }

    package struct Result: Sendable, Equatable {
        package var fileID: String
        package var filename: String
        /// From 0 to 1.
        package var score: Double
        package var attributes: Attributes
        package var text: String
        /// The pages that the text stands on, counted from 1; nil where the document has none.
        package var pages: ClosedRange<Int>?
        /// The passage of the text that fits the search best; nil where the text is not longer than one.
        package var quote: String?
        /// The page that the quote stands on; nil where the document has none.
        package var quotePage: Int?

        package init(
            fileID: String,
            filename: String,
            score: Double,
            attributes: Attributes = Attributes(),
            text: String,
            pages: ClosedRange<Int>? = nil,
            quote: String? = nil,
            quotePage: Int? = nil
        ) {
            self.fileID = fileID
            self.filename = filename
            self.score = score
            self.attributes = attributes
            self.text = text
            self.pages = pages
            self.quote = quote
            self.quotePage = quotePage
        }
    }

    package init(
        id: String,
        arguments: String = "",
        ranker: String = Tool.FileSearch.defaultRanker,
        scoreThreshold: Double = 0,
        finding: Finding? = nil
    ) {
        self.id = id
        self.arguments = arguments
        self.ranker = ranker
        self.scoreThreshold = scoreThreshold
        self.finding = finding
    }
}

extension FileSearchCall {
    /// Reads what `writeStored(to:)` has written, or what a run step of the API shows; nil for anything else.
    init?(stored value: JSONValue) {
        guard let id = value["id"]?.stringValue, let search = value["file_search"] else { return nil }
        let options = search["ranking_options"]
        self.init(
            id: id,
            arguments: search["arguments"]?.stringValue ?? "",
            ranker: options?["ranker"]?.stringValue ?? Tool.FileSearch.defaultRanker,
            scoreThreshold: options?["score_threshold"]?.doubleValue ?? 0
        )
        guard let results = search["results"]?.arrayValue else { return }
        finding = Finding(
            number: search["number"]?.intValue ?? 0,
            results: results.compactMap(Result.init(stored:))
        )
    }

    /// All that is known of the call.
    func writeStored(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("type", "file_search")
        writer.key("file_search")
        writer.beginObject()
        writer.member("arguments", arguments)
        writeOptions(to: &writer)
        if let finding {
            writer.member("number", finding.number)
            writeResults(isDetailed: true, to: &writer)
        }
        writer.endObject()
        writer.endObject()
    }

    /// The member `file_search` of the call as the API shows it.
    func writeSearch(isDetailed: Bool, to writer: inout JSONWriter) {
        writer.key("file_search")
        writer.beginObject()
        writeOptions(to: &writer)
        writeResults(isDetailed: isDetailed, to: &writer)
        writer.endObject()
    }

    private func writeOptions(to writer: inout JSONWriter) {
        writer.key("ranking_options")
        writer.beginObject()
        writer.member("ranker", ranker)
        writer.member("score_threshold", scoreThreshold)
        writer.endObject()
    }

    private func writeResults(isDetailed: Bool, to writer: inout JSONWriter) {
        writer.key("results")
        writer.beginArray()
        for result in finding?.results ?? [] { result.write(isDetailed: isDetailed, to: &writer) }
        writer.endArray()
    }
}

extension FileSearchCall.Result {
    fileprivate init?(stored value: JSONValue) {
        guard let fileID = value["file_id"]?.stringValue, let filename = value["file_name"]?.stringValue else {
            return nil
        }
        let texts = (value["content"]?.arrayValue ?? []).compactMap { $0["text"]?.stringValue }
        self.init(
            fileID: fileID,
            filename: filename,
            score: value["score"]?.doubleValue ?? 0,
            attributes: value["attributes"].flatMap { Attributes(storedJSON: $0.jsonText) } ?? Attributes(),
            text: texts.joined(separator: "\n"),
            quote: value["quote"]?.stringValue,
            quotePage: value["quote_page"]?.intValue
        )
        if let first = value["page"]?.intValue { pages = first...max(first, value["last_page"]?.intValue ?? first) }
    }

    /// Members as the service sent them, then ours: the page, or the first and the last one, and the quote with its.
    fileprivate func write(isDetailed: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("file_id", fileID)
        writer.member("file_name", filename)
        writer.member("score", score)
        writer.member("attributes", attributes)
        if isDetailed {
            writer.key("content")
            writer.beginArray()
            writer.beginObject()
            writer.member("type", "text")
            writer.member("text", text)
            writer.endObject()
            writer.endArray()
        }
        if let pages {
            writer.member("page", pages.lowerBound)
            if pages.count > 1 { writer.member("last_page", pages.upperBound) }
        }
        if let quote { writer.member("quote", quote) }
        if let quotePage { writer.member("quote_page", quotePage) }
        writer.endObject()
    }
}
