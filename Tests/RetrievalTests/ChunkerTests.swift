import Foundation
import Retrieval
import Testing

@Suite struct ChunkerTests {
    private func chunks(_ pieces: [TextPiece], maximum: Int = 100, overlap: Int = 50) -> [TextChunk] {
        var chunker = Chunker(maximumTokens: maximum, overlapTokens: overlap)
        var chunks = pieces.flatMap { chunker.add($0) }
        chunks += chunker.finish()
        return chunks
    }

    private func prose(_ count: Int) -> String {
        (0..<count).map { "Sentence number \($0) tells of the red lamp. " }.joined()
    }

    @Test("A short text is one chunk, as it is")
    func shortText() {
        #expect(chunks([TextPiece(text: "안녕하세요.\n두 번째 줄")]).map(\.text) == ["안녕하세요.\n두 번째 줄"])
    }

    @Test("Nothing but spaces is no chunk")
    func spaces() {
        #expect(chunks([TextPiece(text: " \n\n"), TextPiece(text: ""), TextPiece(text: "\t")]).isEmpty)
    }

    @Test(
        "No chunk has more tokens than it may",
        arguments: [
            (100, 0), (100, 50), (256, 100), (800, 400), (4096, 2048),
        ]
    )
    func limit(_ maximum: Int, _ overlap: Int) {
        let texts = [
            prose(2000),
            String(repeating: "가나다라마바사", count: 5000),
            String(repeating: "x", count: 20000),
            String(repeating: "환불 정책은 다음과 같습니다. ", count: 2000),
            String(repeating: "{\"a\":[1,2,3],\"b\":null},", count: 2000),
            String(repeating: "\n", count: 30000) + "end",
            String(repeating: "🙂", count: 5000),
        ]

        for text in texts {
            for chunk in chunks([TextPiece(text: text)], maximum: maximum, overlap: overlap) {
                #expect(chunk.tokens <= maximum)
                #expect(TokenEstimate.tokens(in: chunk.text) <= maximum + maximum / 20)
            }
        }
    }

    @Test("Chunks without what they repeat are the text again", arguments: [0, 20, 50])
    func completeness(_ overlap: Int) {
        let text = prose(300) + "\n\n# Heading\n\n" + prose(40) + String(repeating: "긴단어", count: 400)

        let found = chunks([TextPiece(text: text)], overlap: overlap)

        var together = ""
        for chunk in found {
            together += String(decoding: Array(chunk.text.utf8).dropFirst(chunk.repeatedBytes), as: UTF8.self)
        }
        #expect(together.filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
    }

    @Test("A chunk begins with what the one before ends with, up to the overlap")
    func overlap() {
        let found = chunks([TextPiece(text: prose(200))], maximum: 200, overlap: 100)

        for (earlier, later) in zip(found, found.dropFirst()) {
            let repeated = Array(later.text.utf8.prefix(later.repeatedBytes))
            let text = String(decoding: repeated, as: UTF8.self)
            #expect(!text.isEmpty)
            #expect((earlier.text + " ").hasSuffix(text))
            #expect(TokenEstimate.tokens(in: text) <= 100)
            #expect(TokenEstimate.tokens(in: text) >= 50)
        }
    }

    @Test("Chunks end where a paragraph or a sentence does")
    func borders() {
        let paragraphs = (0..<60).map {
            "Paragraph \($0) speaks of things. " + String(repeating: "It goes on. ", count: $0 % 7)
        }

        let found = chunks([TextPiece(text: paragraphs.joined(separator: "\n\n"))], overlap: 0)

        for chunk in found {
            #expect(chunk.text.hasPrefix("Paragraph") || chunk.text.hasPrefix("It goes on."))
            #expect(chunk.text.hasSuffix("."))
        }
    }

    @Test("A table's header stands at the top of each chunk that has rows of it, and once in each")
    func tableHeader() {
        let header = "name,price,stock"
        let rows = (0..<200).map { TextPiece(text: "Lamp \($0),\($0 * 10),\($0 % 7)", tableHeader: header) }

        let found = chunks([TextPiece(text: "A list of lamps:")] + rows, overlap: 20)

        #expect(found.count > 5)
        for chunk in found { #expect(chunk.text.split(separator: "\n").filter { $0 == header }.count == 1) }
        for chunk in found.dropFirst() { #expect(chunk.text.hasPrefix(header + "\n")) }
    }

    @Test("A header that came as a row is not repeated in the chunk that it is in")
    func headerAsRow() {
        let found = chunks([
            TextPiece(text: "name,price"), TextPiece(text: "Lamp,10", tableHeader: "name,price"),
        ])

        #expect(found.map(\.text) == ["name,price\nLamp,10"])
    }

    @Test("Another table has another header")
    func twoTables() {
        let found = chunks([
            TextPiece(text: "1,2", tableHeader: "a,b"), TextPiece(text: "3,4", tableHeader: "c,d"),
        ])

        #expect(found.map(\.text) == ["a,b\n1,2\nc,d\n3,4"])
    }

    @Test("A chunk knows the pages that it stands on")
    func pages() {
        let found = chunks((1...9).map { TextPiece(text: prose(4), page: $0) }, overlap: 0)

        #expect(found.first?.pages?.lowerBound == 1)
        #expect(found.last?.pages?.upperBound == 9)
        for (earlier, later) in zip(found, found.dropFirst()) {
            #expect((earlier.pages?.upperBound ?? 0) <= (later.pages?.lowerBound ?? 0))
        }
    }

    @Test("A chunk knows which of its pages a place is on")
    func pageStarts() {
        var chunker = Chunker(maximumTokens: 100, overlapTokens: 30)
        var chunks: [TextChunk] = []
        // The fourth page is empty.
        for page in [1, 2, 3, 5, 6, 7, 8] {
            let words = (0..<12).map { "쪽\(page)x\($0)" }.joined(separator: " ")
            chunks += chunker.add(TextPiece(text: words, page: page))
        }
        chunks += chunker.finish()

        #expect(chunks.count > 2)
        #expect(chunks.contains { $0.pages.map { $0.contains(4) } ?? false })
        for chunk in chunks {
            #expect(chunk.pageStarts.count == (chunk.pages?.count ?? 0) - 1)
            for page in 1...8 {
                for place in chunk.text.ranges(of: "쪽\(page)x") {
                    let offset = chunk.text.utf8.distance(from: chunk.text.startIndex, to: place.lowerBound)
                    #expect(chunk.page(at: offset) == page)
                }
            }
        }
        var whole = chunks[0]
        for next in chunks.dropFirst() { whole.append(next) }
        #expect(whole.pages == 1...8)
        for page in [1, 2, 3, 5, 6, 7, 8] {
            let place = whole.text.range(of: "쪽\(page)x11")
            let offset = place.map { whole.text.utf8.distance(from: whole.text.startIndex, to: $0.lowerBound) }
            #expect(offset.flatMap(whole.page) == page)
        }
        #expect(TextChunk(text: "a", tokens: 1).page(at: 0) == nil)
        #expect(TextChunk(text: "a", tokens: 1, pages: 2...3).page(at: 0) == nil)
        #expect(TextChunk(text: "a", tokens: 1, pages: 2...2).page(at: 0) == 2)
    }
}
