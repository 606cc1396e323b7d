import Foundation
import Retrieval
import Testing
import TextExtraction

/// Files that are not what they seem, or that are made to do harm.
@Suite(.serialized) struct RefusalTests {
    @Test("An empty file is empty, and one of spaces has no text", arguments: ["", " \n\t\r\n"])
    func empty(_ text: String) async throws {
        let refusal = try #require(await failure { try await Extracted(Array(text.utf8), named: "a.txt") })

        #expect(refusal.code == .invalidFile)
        #expect(
            refusal.message
                == (text.isEmpty ? "The file could not be parsed because it is empty." : "The file has no text.")
        )
    }

    @Test("A type that cannot be searched is named, with those that can")
    func unsupported() async throws {
        let refusal = try #require(await failure { try await Extracted(Array("MZ".utf8), named: "setup.exe") })

        #expect(refusal.code == .unsupportedFile)
        #expect(refusal.message.contains(".exe") && refusal.message.contains("PDF"))
    }

    @Test(
        "A file that is not what its name says is told so",
        arguments: [
            ("a.txt", [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0], "PNG"),
            ("a.pdf", Array("only text".utf8), ".pdf"),
            ("a.docx", Array("only text".utf8), ".docx"), ("a.csv", [0, 1, 2, 3, 0, 0], "zero bytes"),
            ("a.md", [1, 2, 3, 4, 5, 6, 7, 8], "control"), ("a.doc", Array("{\\rtf1 hello}".utf8), "RTF"),
            ("a.pdf", Array("<!DOCTYPE html><p>Not found".utf8), "web page"),
        ] as [(String, [UInt8], String)]
    )
    func wrongType(_ name: String, _ bytes: [UInt8], _ word: String) async throws {
        let refusal = try #require(await failure { try await Extracted(bytes, named: name) })

        #expect(refusal.code == .invalidFile)
        #expect(refusal.message.contains(word))
    }

    @Test(
        "Noise behind the beginning of a document is a damaged file",
        arguments: ["pdf", "docx", "xlsx", "odt", "doc"]
    )
    func noise(_ ending: String) async throws {
        let beginning: [UInt8] =
            switch ending {
            case "pdf": Array("%PDF-1.7\n".utf8)
            case "doc": [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
            default: Array("PK\u{3}\u{4}".utf8)
            }
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }

        let refusal = try #require(await failure { try await Extracted(beginning + noise, named: "a.\(ending)") })

        #expect(refusal.code == .invalidFile)
    }

    @Test("Archives that unpack to more than a document has are refused before they are unpacked")
    func zipBombs() async throws {
        let large = try await Crafted.document("'<d>' + 'x' * (600 << 20) + '</d>'")
        let many = try await Crafted.document("'<d/>'", more: "for i in range(20000): z.writestr(f'x/{i}', b'')")
        let other = try await Crafted.archive("z.writestr('a.txt', 'hello')")

        let refusals = try await [large, many, other].failures(named: "a.docx")

        #expect(refusals[0]?.code == .invalidFile && refusals[0]?.message.contains("unpacks to 600 MB") == true)
        #expect(refusals[1]?.code == .invalidFile && refusals[1]?.message.contains("20003 parts") == true)
        #expect(refusals[2]?.code == .unsupportedFile)
    }

    @Test("Entities neither multiply nor reach files, and nesting has an end")
    func xmlBombs() async throws {
        let laughs = try await Crafted.document(
            #"'<!DOCTYPE l [<!ENTITY a "lol">' + ''.join(f'<!ENTITY {chr(98+i)} "{("&"+chr(97+i)+";")*10}">' for i in range(10)) + ']><d><p><t>&k;</t></p></d>'"#
        )
        let external = try await Crafted.document(
            #"'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><p><t>&x;</t></p></d>'"#
        )
        let unclosed = try await Crafted.document("'<d><p><t>beginning</t></p>'")
        let deep = try await Crafted.document("'<d>' + '<p>' * 200000 + '<t>deep</t>' + '</p>' * 200000 + '</d>'")

        let refusals = try await [laughs, external, unclosed].failures(named: "a.docx")

        for refusal in refusals { #expect(refusal?.code == .invalidFile) }
        #expect(refusals[0]?.message.contains("document type") == true)
        #expect(refusals[2]?.message.contains("no XML") == true)
        #expect(try await Extracted(deep, named: "deep.docx").text == "deep\n\n")
    }

    @Test("A page that is nested without end is read, or refused; the server does not mind")
    func deepPage() async throws {
        let page = "<html><body>" + String(repeating: "<div>", count: 300_000) + "deep text"

        #expect(try await Extracted(Array(page.utf8), named: "a.html").text == "deep text\n\n")
    }

    @Test("A PDF that draws itself without end is given up after its time, and others go on meanwhile")
    func endless() async throws {
        var limits = ExtractionLimits.standard
        limits.time = .seconds(3)
        limits.concurrency = 2
        let extraction = TextExtraction(limits: limits)
        let path = Extracted.temporaryPath()
        try Data(Crafted.endlessPDF()).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }

        async let refusal = failure {
            try await extraction.extract(path: path, filename: "endless.pdf") { _ in }
            return try await Extracted(fixture: "manual.pdf")
        }
        var pages = 0
        try await extraction.extract(path: Extracted.path(ofFixture: "manual.pdf"), filename: "manual.pdf") { piece in
            pages = max(pages, piece.page ?? 0)
        }

        #expect(pages == 2)
        #expect(try #require(await refusal).message == "Reading the file takes more time than a file may (3 s).")
    }

    @Test("A stream that unpacks without end takes the memory of its reader alone")
    func streamBomb() async throws {
        var limits = ExtractionLimits.standard
        limits.memory = 400 << 20
        let bytes = try await Crafted.bytes(
            """
            import zlib
            packer = zlib.compressobj(9)
            data = b"".join(packer.compress(b"BT /F 12 Tf 10 10 Td (a) Tj ET " * 1000000) for _ in range(20)) + packer.flush()
            objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>",
                b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
                b"<</Filter/FlateDecode/Length %d>>stream\\n" % len(data) + data + b"\\nendstream"]
            out = b"%PDF-1.4\\n" + b"".join(b"%d 0 obj\\n%s\\nendobj\\n" % (i, o) for i, o in enumerate(objects, 1))
            sys.stdout.buffer.write(out + b"trailer <</Size 6/Root 1 0 R>>\\n%%EOF")
            """
        )

        let refusal = try #require(await failure { try await Extracted(bytes, named: "a.pdf", limits: limits) })

        #expect(refusal.code == .invalidFile)
        #expect(refusal.message.contains("memory") || refusal.message.contains("time"))
    }

    @Test("Repetitions that a sheet only claims are not written out")
    func repetitions() async throws {
        let bytes = try await Crafted.archive(
            #"z.writestr('mimetype', 'application/vnd.oasis.opendocument.text'); z.writestr('content.xml', '<o xmlns:t="t" xmlns:table="b"><t:p>x<t:s c="999999999"/>y</t:p><table:table><table:table-row><table:table-cell table:number-columns-repeated="999999999"><t:p>v</t:p></table:table-cell></table:table-row></table:table></o>')"#
        )

        #expect(try await Extracted(bytes, named: "a.odt").text.utf8.count < 1000)
    }

    @Test("A file that is gone is the server's fault")
    func gone() async throws {
        let refusal = try #require(await failure { try await Extracted(path: "/no/such/file", filename: "a.txt") })

        #expect(refusal.code == .serverError)
    }
}

extension [[UInt8]] {
    /// What each of them is refused for.
    fileprivate func failures(named name: String) async throws -> [ExtractionFailure?] {
        var failures: [ExtractionFailure?] = []
        for bytes in self { failures.append(await failure { try await Extracted(bytes, named: name) }) }
        return failures
    }
}
