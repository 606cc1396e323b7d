import Foundation
import Retrieval
import Testing
import TextExtraction

@Suite struct PlainTextTests {
    /// More than a block that is read at once, with characters of all lengths at all places.
    private func long(_ sentence: String) -> String {
        (0..<30_000).map { "\($0) \(sentence)\n" }.joined()
    }

    @Test(
        "Text in every usual encoding is read, however its characters fall into blocks",
        arguments: [
            ("유니코드 text 😀", String.Encoding.utf8), ("유니코드 text 😀", .utf16LittleEndian),
            ("유니코드 text 😀", .utf16BigEndian), ("안녕하세요, 똠방각하 뷁", cp949),
            ("これは日本語です。カタカナ", .shiftJIS),
            ("L'été à la café, señor Müller", .windowsCP1252), ("plain", .ascii),
        ]
    )
    func encodings(_ sentence: String, _ encoding: String.Encoding) async throws {
        let text = long(sentence)
        var bytes = try #require(text.data(using: encoding))
        if encoding == .utf16LittleEndian { bytes = Data([0xFF, 0xFE]) + bytes }
        if encoding == .utf16BigEndian { bytes = Data([0xFE, 0xFF]) + bytes }

        #expect(try await Extracted(bytes, named: "a.txt").text == text)
    }

    @Test("A text is what it is even where other bytes begin late, or one of them is damaged")
    func lateAndDamaged() async throws {
        let ascii = String(repeating: "plain line\n", count: 50_000)
        let korean = try #require("재생 목록을 확인하세요.\n".data(using: cp949))
        let damaged = Array("가나다라마바사아자차카타파하 하나 둘 셋 넷 다섯 여섯 일곱\n".utf8) + [0xEA, 0x41, 0x0A]

        let late = try await Extracted(Array(ascii.utf8) + korean, named: "a.log").text
        let repaired = try await Extracted(damaged, named: "a.txt").text

        #expect(late == ascii + "재생 목록을 확인하세요.\n")
        #expect(repaired.hasPrefix("가나다라마바사아자차카타파하") && repaired.hasSuffix("\u{FFFD}A\n"))
    }

    @Test("Characters that JSON has escaped are read as what they are")
    func escapedJSON() async throws {
        let bytes = Array(#"{"\ubd80\uc11c": "\ud68c\uc758\n\u0022a\u0022 \ud83d\ude00 \\u00e9 \ud83d \u+0e9"}"#.utf8)

        let text = try await Extracted(bytes, named: "a.json").text
        let plain = try await Extracted(bytes, named: "a.txt").text

        #expect(text == #"{"부서": "회의\n\u0022a\u0022 😀 \\u00e9 \ud83d \u+0e9"}"#)
        #expect(plain == String(decoding: bytes, as: UTF8.self))
    }

    @Test("Lines end in one way, whatever the system they come from")
    func lineEnds() async throws {
        let text = try await Extracted(Array("\u{FEFF}one\r\ntwo\rthree\n".utf8), named: "a.md").text

        #expect(text == "one\ntwo\nthree\n")
    }

    @Test("A long line is cut between words, and every piece has its bound", arguments: ["word ", "가나다", "x"])
    func longLines(_ word: String) async throws {
        let text = String(repeating: word, count: 200_000)

        let extracted = try await Extracted(Array(text.utf8), named: "a.json")

        #expect(extracted.text == text)
        #expect(extracted.pieces.allSatisfy { $0.text.utf8.count <= 32 * 1024 })
    }

    @Test("Each piece of a table has the names of its columns", arguments: ["sales.csv", "sales.tsv"])
    func tables(_ name: String) async throws {
        let separator = name.hasSuffix("tsv") ? "\t" : ","
        let rows = (0..<20_000).map { "강남점\($0)\(separator)\($0)\n" }.joined()
        let bytes = try #require("매장\(separator)매출\n\(rows)".data(using: cp949))

        let extracted = try await Extracted(bytes, named: name)

        #expect(extracted.pieces.count > 5)
        #expect(extracted.pieces.allSatisfy { $0.tableHeader == "매장\(separator)매출" && $0.text.hasSuffix("\n") })
        #expect(extracted.text == rows)
    }

    @Test("Line ends within quotation marks end no row, and a mark that is never closed only so much")
    func quotes() async throws {
        let quoted = try await Extracted(
            Array("name;remark\n\"Kim\";\"one\ntwo \"\"x\"\"\"\nLee;5\" wide\n".utf8),
            named: "a.csv"
        )
        let open = try await Extracted(
            Array(("a,b\n\"" + String(repeating: "x,y\n", count: 50_000)).utf8),
            named: "b.csv"
        )

        #expect(quoted.pieces.map(\.tableHeader) == ["name;remark"])
        #expect(quoted.text == "\"Kim\";\"one\ntwo \"\"x\"\"\"\nLee;5\" wide\n")
        #expect(open.text.utf8.count == 200_001)
        #expect(open.pieces.allSatisfy { $0.text.utf8.count <= 32 * 1024 })
    }

    @Test("A table without names has no header, and one of names alone is a text")
    func headers() async throws {
        let numbers = try await Extracted(Array("1,2\n3,4\n".utf8), named: "a.csv")
        let names = try await Extracted(Array("sep=;\na;b\n".utf8), named: "a.csv")

        #expect(numbers.pieces == [TextPiece(text: "1,2\n3,4\n")])
        #expect(names.pieces == [TextPiece(text: "a;b\n")])
    }

    @Test("A table in Markdown has its header with each row")
    func markdown() async throws {
        let text = "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nend\n\n| only |\n|---|\n"

        let pieces = try await Extracted(Array(text.utf8), named: "a.md").pieces

        #expect(
            pieces == [
                TextPiece(text: "# Title\n\n"),
                TextPiece(text: "| 1 | 2 |\n", tableHeader: "| a | b |\n|---|---|"),
                TextPiece(text: "| 3 | 4 |\n", tableHeader: "| a | b |\n|---|---|"),
                TextPiece(text: "\nend\n\n"),
                TextPiece(text: "| only |\n|---|\n"),
            ]
        )
    }

    @Test(
        "The source of a program or a page is a text as it stands",
        arguments: ["a.py", "a.php", "a.tex", "a.xml", "a.js"]
    )
    func source(_ name: String) async throws {
        let source = "<!DOCTYPE html>\n<?php echo '<b>안녕</b>'; ?>\n\tdef f(): return \\section{x}\n"

        #expect(try await Extracted(Array(source.utf8), named: name).text == source)
    }
}
