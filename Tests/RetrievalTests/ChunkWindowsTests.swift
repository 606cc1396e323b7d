import Retrieval
import Testing

@Suite("The parts of a chunk that get a vector each")
struct ChunkWindowsTests {
    @Test("A short text is one window")
    func short() {
        #expect(ChunkWindows.of("A line.\n\nAnother one.\n") == ["A line.\n\nAnother one."])
        #expect(ChunkWindows.of(" \n ").isEmpty)
        #expect(ChunkWindows.of("").isEmpty)
    }

    @Test("Windows hold all of a text, in its order, each within its bound")
    func complete() {
        let sentences = (1...120).map { "Sentence number \($0) of the manual says something of its own." }
        let windows = ChunkWindows.of(sentences.joined(separator: " "))
        #expect(windows.joined(separator: " ") == sentences.joined(separator: " "))
        #expect(windows.count > 5)
        for window in windows {
            #expect(TokenEstimate.tokens(in: window.utf8) <= 180)
            #expect(window.hasSuffix("."))
        }
    }

    @Test("A heading goes with what stands under it")
    func headings() {
        let body = String(repeating: "설치 전에 벽의 재질과 전원의 위치를 확인합니다. ", count: 6)
        let windows = ChunkWindows.of((1...6).map { "## 절 \($0)\n\(body)\n\n" }.joined())
        #expect(windows.count > 2)
        #expect(windows.allSatisfy { $0.hasPrefix("## 절") })
    }

    @Test("A text without any border is divided between characters")
    func endless() {
        let text = String(repeating: "가나다라", count: 500)
        let windows = ChunkWindows.of(text)
        #expect(windows.count > 5)
        #expect(windows.joined() == text)
    }
}
