import Foundation
import Retrieval
import Testing
import TextExtraction

@Suite struct DocumentTests {
    @Test("A PDF's text comes with its pages, in Korean too, and without the dots of its table of contents")
    func pdf() async throws {
        let manual = try await Extracted(fixture: "manual.pdf")

        #expect(manual.piece(with: "The warranty lasts 24 months.")?.page == 1)
        #expect(manual.piece(with: "화면이 나오지 않으면 전원 케이블을 확인하세요.")?.page == 2)
        #expect(!manual.text.contains("....."))
    }

    @Test("A PDF without text says that it is scanned; one with a password that it has one")
    func unreadablePDF() async throws {
        let scan = try #require(await failure { try await Extracted(fixture: "scan.pdf") })
        let locked = try #require(await failure { try await Extracted(fixture: "locked.pdf") })

        #expect(scan.code == .invalidFile && scan.message.contains("2 pages") && scan.message.contains("OCR"))
        #expect(locked.code == .invalidFile && locked.message.contains("password"))
    }

    @Test("Word documents keep headings, and a table's header goes with its rows", arguments: ["docx", "doc"])
    func word(_ ending: String) async throws {
        let handbook = try await Extracted(fixture: "handbook.\(ending)")
        let row = try #require(handbook.piece(with: "DS-75 | 75 inch | 부산점"))

        #expect(row.tableHeader == "Model | Size | 매장")
        #expect(handbook.text.contains(ending == "docx" ? "# Player handbook\n\n# 설치\n" : "Player handbook\n"))
        #expect(handbook.text.contains("Press and hold the power button for five seconds.\n"))
        #expect(handbook.piece(with: "After the table.")?.tableHeader == nil)
    }

    @Test("The slides of a presentation are pages, with their notes", arguments: ["plan.pptx"])
    func presentation(_ name: String) async throws {
        let plan = try await Extracted(fixture: name)

        #expect(
            plan.pieces.first
                == TextPiece(
                    text: "# Campaign plan\n\nSpring sale\n\n봄 세일\n\nMention the budget.\n\n",
                    page: 1
                )
        )
        #expect(plan.piece(with: "W1 | 5,120") == TextPiece(text: "W1 | 5,120\n", page: 2, tableHeader: "Week | Views"))
    }

    @Test("Rows of a workbook come with their sheet and columns; dates, shares and formulas as people write them")
    func workbook() async throws {
        let sales = try await Extracted(fixture: "sales.xlsx")

        #expect(
            sales.pieces == [
                TextPiece(
                    text: "강남점 | 2026-03-01 | 1200 | 25% | =C2*2\n부산점 | 2026-03-02 09:30:00 | 33.5 | 0.125 | =C3*2\n",
                    tableHeader: "# 매출\nStore | Date | Sales | Share | Sum"
                ),
                TextPiece(text: "Only a remark\nTRUE | 5\n", tableHeader: "# Notes"),
            ]
        )
    }

    @Test("OpenDocument's texts, presentations and sheets are read")
    func openDocument() async throws {
        let warranty = try await Extracted(fixture: "warranty.odt")
        let talk = try await Extracted(fixture: "talk.odp")
        let stock = try await Extracted(fixture: "stock.ods")

        #expect(warranty.text.hasPrefix("# 보증\n\nThe lamp lasts   50,000 hours.\n\n- an item\n"))
        #expect(warranty.piece(with: "Lamp | 99")?.tableHeader == "Part | Price")
        #expect(talk.piece(with: "둘째 슬라이드")?.page == 2)
        #expect(stock.pieces == [TextPiece(text: "램프 | 7\n", tableHeader: "# 재고\nPart | Stock")])
    }

    @Test("Of a web page the text is read: words stay whole, scripts and menus are left out")
    func html() async throws {
        let page = try await Extracted(fixture: "page.html")

        #expect(page.text.hasPrefix("Help & more\n\n## Setup\n\nConnect the cable,\nthen wait.\n\n- one\n- 두 번째\n"))
        #expect(page.piece(with: "E1 | No signal\nE2 | Hot\n")?.tableHeader == "Code | Meaning")
        #expect(page.text.contains("inner a") && page.text.contains("layout") && page.text.contains("a\n  b"))
        #expect(!page.text.contains("alert") && !page.text.contains("menu"))
    }

    @Test("A Korean page in an old encoding is read, whether it names it or not", arguments: [true, false])
    func koreanPage(_ isNamed: Bool) async throws {
        let head = isNamed ? "<meta charset=euc-kr>" : ""
        let page = "<html><head>\(head)</head><body><p>설정을 확인하세요, 뷁</p></body></html>"

        let extracted = try await Extracted(try #require(page.data(using: cp949)), named: "page.htm")

        #expect(extracted.text == "설정을 확인하세요, 뷁\n\n")
    }

    @Test("A document is known by its contents where the name says something else")
    func contentsDecide() async throws {
        let contents = try Data(contentsOf: URL(fileURLWithPath: Extracted.path(ofFixture: "handbook.docx")))
        let page = try await Extracted(Array("<html><p>saved as Word</p></html>".utf8), named: "old.doc")

        for name in ["handbook", "handbook.pdf", "handbook.txt"] {
            #expect(try await Extracted(contents, named: name).text.contains("the power button"))
        }
        #expect(page.text == "saved as Word\n\n")
    }

    @Test("This machine has all that documents are read with")
    func availability() async { #expect(await TextExtraction().availability() == .complete) }
}

/// Korean text of Windows.
let cp949 = String.Encoding(rawValue: 0x8000_0422)
