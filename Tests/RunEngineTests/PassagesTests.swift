import AssistantsAPI
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
            tokens: 1000
        )

        #expect(passages.results.map(\.text) == ["two. 가나 two.가나다 three. four", "seven", "other"])
        #expect(passages.results.map(\.score) == [0.9, 0.8, 0.7])
        #expect(passages.results[0].pages == 1...3)
        #expect(passages.results[1].pages == nil)
    }

    @Test("Passages have no more tokens than there is room for; the last one is cut")
    func budget() {
        let text = String(repeating: "one two three four five. ", count: 40)
        let chunks = (0..<6).map { chunk($0 * 2, text, score: 1 - Double($0) / 10) }
        let each = TokenEstimate.tokens(in: text)
        let room = each * 2 + each / 2

        let results = Passages(chunks, limit: 10, tokens: room + 48).results

        #expect(results.count == 3)
        #expect(results.reduce(0) { $0 + TokenEstimate.tokens(in: $1.text) } <= room)
        #expect(text.hasPrefix(results[2].text))
        #expect(Passages(chunks, limit: 10, tokens: 30).results.count == 1)
        #expect(Passages(chunks, limit: 2, tokens: 100_000).results.count == 2)
        #expect(Passages([], limit: 2, tokens: 100).results.isEmpty)
    }

    @Test("What was found in two stores is listed twice, as far as there is room, and costs its tokens once")
    func repeated() {
        let chunks = [
            chunk(0, "same", score: 0.9), chunk(0, "same", score: 0.9), chunk(0, of: "file-b", "other", score: 0.5),
        ]

        #expect(Passages(chunks, limit: 3, tokens: 100).results.map(\.text) == ["same", "same", "other"])
        #expect(Passages(chunks, limit: 2, tokens: 100).results.map(\.text) == ["same", "other"])
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
