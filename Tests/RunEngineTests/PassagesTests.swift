import AssistantsAPI
import Foundation
import Retrieval
import RunEngine
import Testing

@Suite struct PassagesTests {
    private func chunk(
        _ number: Int,
        of file: String = "file-a",
        _ text: String,
        score: Double,
        repeating repeated: String = "",
        pages: ClosedRange<Int>? = nil
    ) -> FoundChunk {
        let tokens = TokenEstimate.tokens(in: repeated + text)
        let chunk = TextChunk(text: repeated + text, tokens: tokens, pages: pages, repeatedBytes: repeated.utf8.count)
        return FoundChunk(
            fileID: file,
            filename: "\(file).txt",
            attributes: Attributes(),
            number: number,
            chunk: chunk,
            score: score
        )
    }

    @Test("Neighbouring chunks become one passage, without what they share")
    func neighbours() {
        let passages = Passages(
            [
                chunk(3, "가나다 three.", score: 0.9, repeating: "가나 two.", pages: 2...3),
                chunk(7, "seven", score: 0.8),
                chunk(2, "two. 가나 two.", score: 0.5, pages: 1...2),
                chunk(3, of: "file-b", "other", score: 0.7),
                chunk(4, " four", score: 0.1, repeating: "three."),
            ],
            limit: 10,
            tokens: 1000,
            question: ""
        )

        #expect(passages.results.map(\.text) == ["two. 가나 two.가나다 three. four", "seven", "other"])
        #expect(passages.results.map(\.score) == [0.9, 0.8, 0.7])
        #expect(passages.results[0].pages == 1...3)
        #expect(passages.results[1].pages == nil)
    }

    @Test("What stood between two chunks stands between them in their passage")
    func seams() {
        let passages = Passages(
            [
                chunk(0, "def a():\n    return 1", score: 0.9),
                chunk(1, "def b():\n    return 2", score: 0.8, repeating: "    return 1\n\n"),
                chunk(2, "def c()", score: 0.7),
            ],
            limit: 10,
            tokens: 1000,
            question: ""
        )

        #expect(passages.results.map(\.text) == ["def a():\n    return 1\n\ndef b():\n    return 2 def c()"])
    }

    @Test(
        "A quote has the very number and the very word that are asked for",
        arguments: ["19999", "19990", "eta", "theta"]
    )
    func exactQuotes(_ wanted: String) throws {
        let names = (19_980..<20_010).map(String.init) + ["eta", "theta", "beta"]
        let text = names.map { "The colour of lamp \($0) is teal." }.joined(separator: " ")

        let passages = Passages([chunk(0, text, score: 1)], limit: 1, tokens: 10_000, question: "colour lamp \(wanted)")

        #expect(passages.results.first?.quote == "The colour of lamp \(wanted) is teal.")
    }

    @Test("The quote of a long passage tells its page, also where chunks were joined")
    func quotePages() {
        let line = String(repeating: "nothing in particular ", count: 10)
        let ends = "Page 2. \(line)\nPage 3, walrus.\n"
        func found(_ number: Int, _ text: String, _ pages: ClosedRange<Int>, _ starts: [String], repeating: Int)
            -> FoundChunk
        {
            var found = chunk(number, text, score: 1, pages: pages)
            found.chunk.pageStarts = starts.compactMap { start in
                text.range(of: start).map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) }
            }
            found.chunk.repeatedBytes = repeating
            return found
        }
        let first = found(0, "쪽 1. \(line)\n\(ends)", 1...3, ["Page 2", "Page 3"], repeating: 0)
        let second = found(
            1,
            "\(ends)\(line)\nPage 5. \(line)zebra\n",
            2...5,
            ["Page 3", "Page 5", "Page 5"],
            repeating: ends.utf8.count
        )
        func quote(_ question: String) -> FileSearchCall.Result? {
            Passages([second, first], limit: 5, tokens: 4000, question: question).results.first
        }

        #expect(quote("zebra")?.pages == 1...5)
        #expect(quote("zebra")?.quotePage == 5)
        #expect(quote("쪽 1")?.quotePage == 1)
        #expect(quote("Page 2")?.quotePage == 2)
        #expect(quote("walrus")?.quotePage == 3)
    }

    @Test("Passages have no more tokens than there is room for; the last one is cut")
    func budget() {
        let text = String(repeating: "one two three four five. ", count: 40)
        let chunks = (0..<6).map { chunk($0 * 2, text, score: 1 - Double($0) / 10) }
        let each = TokenEstimate.tokens(in: text)
        let room = each * 2 + each / 2

        let results = Passages(chunks, limit: 10, tokens: room + 48, question: "").results

        #expect(results.count == 3)
        #expect(results.reduce(0) { $0 + TokenEstimate.tokens(in: $1.text) } <= room)
        #expect(text.hasPrefix(results[2].text))
        #expect(Passages(chunks, limit: 10, tokens: 30, question: "").results.count == 1)
        #expect(Passages(chunks, limit: 2, tokens: 100_000, question: "").results.count == 2)
        #expect(Passages([], limit: 2, tokens: 100, question: "").results.isEmpty)
    }

    @Test("What was found in two stores is listed twice, as far as there is room, and costs its tokens once")
    func repeated() {
        let chunks = [
            chunk(0, "same", score: 0.9), chunk(0, "same", score: 0.9), chunk(0, of: "file-b", "other", score: 0.5),
        ]

        #expect(Passages(chunks, limit: 3, tokens: 100, question: "").results.map(\.text) == ["same", "same", "other"])
        #expect(Passages(chunks, limit: 2, tokens: 100, question: "").results.map(\.text) == ["same", "other"])
    }

    @Test("A model is shown each passage once, with its marker and its page")
    func output() {
        let result = FileSearchCall.Result(fileID: "file-a", filename: "a.pdf", score: 1, text: "Text.", pages: 3...3)
        var call = FileSearchCall(id: "call_1", arguments: #"{"queries":["x"]}"#)
        call.finding = .init(number: 4, results: [result, result])

        let text = FileSearchOutput(call).text

        #expect(text.hasSuffix("【4:0†a.pdf】 page 3\nText."))
        #expect(text.ranges(of: "【4:").count == 1)
        call.finding = .init(number: 4, results: [])
        #expect(FileSearchOutput(call).text.hasPrefix("Nothing was found."))
        call.arguments = "{}"
        #expect(FileSearchOutput(call).text.hasPrefix("Nothing was searched for"))
    }

    @Test(
        "Queries are read however a model writes them",
        arguments: [
            (#"{"queries":["a","b","a"," "]}"#, ["a", "b"]),
            (#"{"queries":"a"}"#, ["a"]),
            (#"{"query":"a"}"#, ["a"]),
            (#"["a","b"]"#, ["a", "b"]),
            (#""a""#, ["a"]),
            ("plain words", ["plain words"]),
            ("{}", []),
            ("", []),
        ]
    )
    func queries(arguments: String, expected: [String]) {
        #expect(FileSearchQueries(in: arguments).texts == expected)
    }
}
