import Testing
import TextExtraction

@Suite struct FramesTests {
    private func frame(_ letter: Character, _ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return Array(String(letter).utf8) + [0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }

    @Test("Frames come out as they went in, wherever they are cut", arguments: 1...20)
    func cuts(_ size: Int) throws {
        let bytes = frame("P", "3") + frame("H", "a | b") + frame("T", "가나다") + frame("H", "") + frame("D", "")
        var frames = Frames()
        var found: [Frames.Frame] = []

        for start in stride(from: 0, to: bytes.count, by: size) {
            frames.add(Array(bytes[start..<min(bytes.count, start + size)]))
            while let frame = try frames.next() { found.append(frame) }
        }

        #expect(found == [.page(3), .tableHeader("a | b"), .text("가나다"), .tableHeader(nil), .done])
    }

    @Test(
        "What is no frame is refused",
        arguments: ["X\0\0\0\0", "T\u{7F}\0\0\0", "P\0\0\0\u{1}x", "P\0\0\0\u{2}-1", "F\0\0\0\u{1}x"]
    )
    func malformed(_ text: String) {
        var frames = Frames()
        frames.add(Array(text.utf8))

        #expect(throws: Frames.Malformed.self) { try frames.next() }
    }

    private struct NoFailure: Error {}

    @Test("A reason is one line of bounded length, whoever wrote it")
    func reasons() throws {
        var frames = Frames()
        frames.add(frame("F", "invalid_file\nbroken\u{1B}[2J\n\n" + String(repeating: "x", count: 5000)))

        guard case .failed(let failure)? = try frames.next() else { throw NoFailure() }

        #expect(failure.code == .invalidFile)
        #expect(failure.message.hasPrefix("broken[2Jxxx") && failure.message.count <= 500)
    }
}
