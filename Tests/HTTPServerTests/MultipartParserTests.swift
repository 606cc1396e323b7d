import HTTPServer
import NIOCore
import Testing

@Suite struct MultipartParserTests {
    /// What a form says, its contents joined.
    private struct Part: Equatable {
        var header: PartHeader
        var content: [UInt8]
    }

    private static let boundary = "----bound"

    /// Reads a form that comes in pieces, cut at `cuts`.
    private func parts(_ body: [UInt8], cutAt cuts: [Int] = []) throws -> [Part] {
        var parser = MultipartParser(boundary: Self.boundary)
        var parts: [Part] = []
        var open: Part?
        for (start, end) in zip([0] + cuts, cuts + [body.count]) {
            parser.receive(ByteBuffer(bytes: body[start..<end]))
            while let event = try parser.next() {
                switch event {
                case .part(let header): open = Part(header: header, content: [])
                case .content(let bytes): open?.content += bytes.readableBytesView
                case .partEnded:
                    parts.append(try #require(open))
                    open = nil
                }
            }
        }
        try parser.finish()
        return parts
    }

    private func form(_ parts: [(headers: String, content: [UInt8])]) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            body += Array("--\(Self.boundary)\r\n\(part.headers)\r\n\r\n".utf8) + part.content + Array("\r\n".utf8)
        }
        return body + Array("--\(Self.boundary)--\r\n".utf8)
    }

    private var twoParts: [UInt8] {
        form([
            (#"Content-Disposition: form-data; name="purpose""#, Array("assistants".utf8)),
            (
                "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain",
                Array("one\r\n--two\r\n----boun\r".utf8)
            ),
        ])
    }

    private let expected = [
        Part(header: PartHeader(name: "purpose"), content: Array("assistants".utf8)),
        Part(
            header: PartHeader(name: "file", filename: "a.txt"),
            content: Array("one\r\n--two\r\n----boun\r".utf8)
        ),
    ]

    @Test("A form says the same wherever its bytes are cut")
    func everyCut() throws {
        let body = twoParts
        #expect(try parts(body) == expected)
        for cut in 1..<body.count {
            #expect(try parts(body, cutAt: [cut]) == expected, "cut at \(cut)")
        }
        #expect(try parts(body, cutAt: Array(1..<body.count)) == expected)
    }

    @Test("Any two cuts change nothing either")
    func twoCuts() throws {
        let body = twoParts
        for first in stride(from: 1, to: body.count - 1, by: 3) {
            for second in (first + 1)..<body.count {
                #expect(try parts(body, cutAt: [first, second]) == expected, "cut at \(first) and \(second)")
            }
        }
    }

    @Test("Contents of any bytes, cut anywhere, come out as they went in")
    func randomContents() throws {
        var random = SplitMix(state: 7)
        let pieces: [[UInt8]] = [
            Array("\r\n".utf8), Array("\r\n--".utf8), Array("--\(Self.boundary)".utf8),
            Array("\r\n--\(Self.boundary)".dropLast().utf8),
            [0], [0x0D], [0xFF, 0xFE], Array("가나다".utf8), [UInt8](repeating: 0x0D, count: 90),
        ]
        for _ in 0..<400 {
            var content: [UInt8] = []
            // What begins with a boundary at once would be one.
            content.append(0x21)
            for _ in 0..<Int(random.next() % 12) {
                let piece = pieces[Int(random.next() % UInt64(pieces.count))]
                let joined = content + piece
                if String(decoding: joined, as: UTF8.self).contains("\r\n--\(Self.boundary)") { continue }
                content = joined
            }
            let body = form([(#"Content-Disposition: form-data; name=file; filename=x"#, content)])
            var cuts: Set<Int> = []
            for _ in 0..<Int(random.next() % 20) { cuts.insert(1 + Int(random.next() % UInt64(body.count - 1))) }
            let read = try parts(body, cutAt: cuts.sorted())
            #expect(read == [Part(header: PartHeader(name: "file", filename: "x"), content: content)])
        }
    }

    @Test("Broken forms are refused with a fault, and never crash")
    func mutations() throws {
        var random = SplitMix(state: 11)
        let body = twoParts
        var refused = 0
        for _ in 0..<4000 {
            var broken = body
            for _ in 0...Int(random.next() % 3) {
                let place = Int(random.next() % UInt64(broken.count))
                switch random.next() % 3 {
                case 0: broken[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: broken.remove(at: place)
                default: broken.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            do { _ = try parts(broken) } catch is MultipartFault { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test("Text before the first boundary and behind the last one means nothing; spaces behind one neither")
    func surroundings() throws {
        let body =
            Array("This is a form.\r\n--\(Self.boundary) \t\r\n".utf8)
            + Array("content-disposition: form-data; name=a\r\n\r\nx\r\n--\(Self.boundary)--\r\nand so on".utf8)
        #expect(try parts(body) == [Part(header: PartHeader(name: "a"), content: Array("x".utf8))])
    }

    @Test("A part may have no content, with or without a line of its own")
    func emptyParts() throws {
        let headers = "Content-Disposition: form-data; name=a"
        let tight = Array("--\(Self.boundary)\r\n\(headers)\r\n\r\n--\(Self.boundary)--".utf8)
        let expected = [Part(header: PartHeader(name: "a"), content: [])]
        #expect(try parts(tight) == expected)
        #expect(try parts(form([(headers, [])])) == expected)
        for cut in 1..<tight.count { #expect(try parts(tight, cutAt: [cut]) == expected) }
    }

    @Test(
        "What is no form is told why",
        arguments: [
            ("", MultipartFault.boundaryNotFound),
            ("{}", .boundaryNotFound),
            ("------bound\r\nContent-Disposition: form-data; name=a\r\n\r\nx", .endsEarly),
            ("------bound\r\nContent-Disposition: form-data; name=a", .endsEarly),
            ("------boundary\r\n", .malformedBoundaryLine),
            ("------bound\nContent-Disposition: form-data; name=a\n\nx\n------bound--", .malformedBoundaryLine),
            ("------bound\r\n\r\nx\r\n------bound--", .unnamedPart),
            ("------bound\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n------bound--", .unnamedPart),
            ("------bound\r\nContent-Disposition: form-data\r\n\r\nx\r\n------bound--", .unnamedPart),
            ("------bound\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n------bound--", .malformedHeader),
            ("------bound\r\nContent-Disposition form-data\r\n\r\nx\r\n------bound--", .malformedHeader),
        ]
    )
    func faults(_ body: String, _ fault: MultipartFault) {
        #expect(throws: fault) { try parts(Array(body.utf8)) }
    }

    @Test("Headers and parts have bounds")
    func bounds() {
        let long = String(repeating: "x", count: MultipartParser.headerLimit)
        let header = "------bound\r\nContent-Disposition: form-data; name=file; filename=\(long)"
        #expect(throws: MultipartFault.headersTooLong(limit: MultipartParser.headerLimit)) {
            try parts(Array(header.utf8))
        }
        let many = (0...MultipartParser.partLimit).map { number in
            (headers: "Content-Disposition: form-data; name=a\(number)", content: [UInt8]())
        }
        #expect(throws: MultipartFault.tooManyParts(limit: MultipartParser.partLimit)) { try parts(form(many)) }
        #expect(throws: MultipartFault.boundaryNotFound) { try parts([UInt8](repeating: 0x2D, count: 70_000)) }
    }

    @Test(
        "A file's name is read in every form that clients write",
        arguments: [
            (#"form-data; name="file"; filename="a.txt""#, "a.txt"),
            ("form-data; name=file; filename=a.txt", "a.txt"),
            ("form-data;name=file;filename=a.txt", "a.txt"),
            (#"FORM-DATA; Name="file"; FileName="a.txt""#, "a.txt"),
            (#"form-data; filename="a.txt"; name="file""#, "a.txt"),
            (#"form-data; name="file"; filename="보고서 1.txt""#, "보고서 1.txt"),
            (#"form-data; name="file"; filename=a.txt; filename*=utf-8''%EB%B3%B4%EA%B3%A0.txt"#, "보고.txt"),
            (#"form-data; name="file"; filename*=UTF-8'ko'%EB%B3%B4%EA%B3%A0.txt"#, "보고.txt"),
            (#"form-data; name="file"; filename*=iso-8859-1''%e9t%e9.txt; filename="x""#, "été.txt"),
            (#"form-data; name="file"; filename*=klingon''%e9; filename="x.txt""#, "x.txt"),
            (#"form-data; name="file"; filename*=utf-8''%zz; filename="x.txt""#, "x.txt"),
            (#"form-data; name="file"; filename="a\"b\\c.txt""#, #"a"b\c.txt"#),
            (#"form-data; name="file"; filename="a%22b%0D.txt""#, "a\"b\r.txt"),
            (#"form-data; name="file"; filename="100%.txt""#, "100%.txt"),
            (#"form-data; name="file"; filename="C:\docs\a.txt""#, #"C:\docs\a.txt"#),
            (#"form-data; name="file"; filename="a;b=c.txt""#, "a;b=c.txt"),
            (#"form-data; name="file"; filename="""#, ""),
            (#"form-data; name="file"; filename="a.txt";"#, "a.txt"),
        ]
    )
    func filenames(_ disposition: String, _ filename: String) throws {
        let body = form([("Content-Disposition: \(disposition)", [])])
        #expect(try parts(body).map(\.header) == [PartHeader(name: "file", filename: filename)])
    }
}

/// Random numbers that are the same in each run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
