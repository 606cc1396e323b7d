import AssistantsAPI
import RunEngine
import Testing

@Suite struct CitationReaderTests {
    /// Two searches: the first found two files, the second one, whose name has brackets.
    private var sources: CitationSources {
        var sources = CitationSources()
        let results = ["foods.txt", "인사 규정.pdf"].enumerated().map { index, name in
            FileSearchCall.Result(fileID: "file-\(index)", filename: name, score: 1, text: "text")
        }
        let other = FileSearchCall.Result(fileID: "file-2", filename: "a[1] (copy).txt", score: 1, text: "text")
        sources.add(FileSearchCall(id: "a", finding: .init(number: 4, results: results)))
        sources.add(FileSearchCall(id: "b", finding: .init(number: 5, results: [other])))
        return sources
    }

    /// The text as a reader leaves it, citations shown as `<file>`.
    private func shown(_ pieces: [CitationReader.Piece]) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .citation(let source): "<\(source.fileID)>"
            }
        }
        .joined()
    }

    private func read(_ parts: [String]) -> [CitationReader.Piece] {
        var reader = CitationReader(sources)
        return parts.flatMap { reader.read($0) } + reader.finish()
    }

    @Test(
        "Markers are found, mended or dropped; all other text stays as it is",
        arguments: [
            // As they should be.
            ("Cake【4:0†foods.txt】.", "Cake<file-0>."),
            ("휴가는 15일【4:1†인사 규정.pdf】입니다", "휴가는 15일<file-1>입니다"),
            ("x【5:0†a[1] (copy).txt】y", "x<file-2>y"),
            ("a【4:0†foods.txt】【4:1†인사 규정.pdf】", "a<file-0><file-1>"),
            // Misquoted.
            ("a【 4 : 0 † foods.txt 】b", "a<file-0>b"),
            ("a【4：0†foods.txt】b", "a<file-0>b"),
            ("a【4:0‡foods.txt】b", "a<file-0>b"),
            ("a【4:0|foods.txt】b", "a<file-0>b"),
            ("a【4:0+Foods.TXT】b", "a<file-0>b"),
            ("a【4:0\\u2020foods.txt】b", "a<file-0>b"),
            ("a【4:0†source】b", "a<file-0>b"),
            ("a【4:0】b", "a<file-0>b"),
            ("a【0†foods.txt】b", "a<file-0>b"),
            ("a【0†source】b", "a<file-2>b"),
            ("a【4:0†changed.doc】b", "a<file-0>b"),
            ("a【4:0†foods.txt]b", "a<file-0>b"),
            ("a【4:0†foods.txt b\nc", "a<file-0> b\nc"),
            ("a【4:0†foods.txt", "a<file-0>"),
            ("a[4:0†foods.txt]b", "a<file-0>b"),
            ("a [4:0] b", "a <file-0> b"),
            ("a (4:1†인사 규정.pdf) b", "a <file-1> b"),
            ("a〖4:0†foods.txt〗b", "a<file-0>b"),
            ("a［4:0†foods.txt］b", "a<file-0>b"),
            ("a【source: 4:0†foods.txt】b", "a<file-0>b"),
            ("a【foods.txt】b", "a<file-0>b"),
            ("a【4:1†foods.txt】b", "a<file-0>b"),
            ("a【9:9†foods.txt】b", "a<file-0>b"),
            ("a【4:0†foods.txt, 4:1†인사 규정.pdf】b", "a<file-0><file-1>b"),
            ("a【4:0, 5:0】b", "a<file-0><file-2>b"),
            ("a【0:0】b", "a<file-2>b"),
            // Plainly markers, of nothing.
            ("a【4:7†nothing.txt】b", "ab"),
            ("a【9:9†nothing.txt】b", "ab"),
            ("a【4:5】b", "ab"),
            ("a[7:7†nothing.txt]b", "ab"),
            ("a【source】b", "ab"),
            ("a【4:7†and on it goes\nb", "aand on it goes\nb"),
            // Text.
            ("【공지】 휴무", "【공지】 휴무"),
            ("【2024년 계획】", "【2024년 계획】"),
            ("\n【1】 개요", "\n【1】 개요"),
            ("list[4:0] and x[1:2]", "list[4:0] and x[1:2]"),
            ("at (12:30) [1] (2024)", "at (12:30) [1] (2024)"),
            ("{\"a\": [1, 2]}", "{\"a\": [1, 2]}"),
            ("[foods.txt](https://example.com/4:0)", "[foods.txt](https://example.com/4:0)"),
            ("no brackets at all", "no brackets at all"),
            ("open 【", "open 【"),
            ("「인용」 『책』", "「인용」 『책』"),
        ]
    )
    func markers(text: String, expected: String) {
        #expect(shown(read([text])) == expected)
    }

    @Test(
        "Headings and ratios are no markers, whatever files are called; the server's own markers are, too",
        arguments: [
            ("【공지】 오늘 회의는 없습니다", "【공지】 오늘 회의는 없습니다"),
            ("a【공지.txt】b", "a<file-0>b"),
            ("ratio (4:0) at 10:30", "ratio (4:0) at 10:30"),
            ("ratio (4:0†공지.txt) at 10:30", "ratio <file-0> at 10:30"),
            ("a\(CitationMarker(number: 4, index: 1, filename: "[odd]†name】.txt").text)b", "a<file-1>b"),
        ]
    )
    func headings(text: String, expected: String) {
        var sources = CitationSources()
        let results = ["공지.txt", "[odd]†name】.txt"].enumerated().map { index, name in
            FileSearchCall.Result(fileID: "file-\(index)", filename: name, score: 1, text: "text")
        }
        sources.add(FileSearchCall(id: "a", finding: .init(number: 4, results: results)))
        var reader = CitationReader(sources)

        #expect(shown(reader.read(text) + reader.finish()) == expected)
    }

    @Test("A text comes out the same wherever it is cut, and a marker always as one piece")
    func everySplit() {
        let texts = [
            "Cake【4:0†foods.txt】 and (4:1†인사 규정.pdf), [4:0]【5:0†a[1] (copy).txt】.",
            "a【4:7†nothing.txt】b【공지】c【4:0†foods.txt d\ne",
        ]
        for text in texts {
            let whole = read([text])
            let scalars = Array(text.unicodeScalars)
            let single = scalars.map { String($0) }
            #expect(shown(read(single)) == shown(whole))
            for first in 0...scalars.count {
                for second in first...scalars.count {
                    let cuts = [scalars[..<first], scalars[first..<second], scalars[second...]]
                    let pieces = read(cuts.map { String(String.UnicodeScalarView($0)) })
                    #expect(shown(pieces) == shown(whole))
                    #expect(pieces.filter(isCitation) == whole.filter(isCitation))
                }
            }
        }
    }

    private func isCitation(_ piece: CitationReader.Piece) -> Bool {
        if case .citation = piece { true } else { false }
    }

    @Test("What cannot become a marker is not held back")
    func heldBack() {
        var reader = CitationReader(sources)
        #expect(reader.read("Hello ") == [.text("Hello ")])
        #expect(reader.read("(see") == [.text("(see")])
        #expect(reader.read(" 【") == [.text(" ")])
        #expect(reader.read("공") == [.text("【공")])
        #expect(reader.read("【4:0†fo") == [])
        #expect(shown(reader.read("ods.txt】")) == "<file-0>")
    }

    @Test("Brackets that are never closed hold back no more than a marker's length")
    func bounded() {
        var reader = CitationReader(sources)
        var text = ""
        for _ in 0..<100 { text += shown(reader.read("【4:0†x " + String(repeating: "y", count: 50))) }
        #expect(text.unicodeScalars.count > 4000)
    }

    @Test("Without any source plain markers are dropped and other text stays")
    func nothingToCite() {
        var reader = CitationReader(CitationSources())
        let pieces = reader.read("a【4:0†foods.txt】b【공지】 [1] (4:0)") + reader.finish()
        #expect(shown(pieces) == "ab【공지】 [1] (4:0)")
    }

    @Test("A marker has no brackets of its own, no dagger and no line break in its name")
    func markerText() {
        let marker = CitationMarker(number: 4, index: 2, filename: "a【1】†\nb.txt")
        #expect(marker.text == "【4:2†a[1]+ b.txt】")
    }
}
