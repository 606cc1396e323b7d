import ServerConfiguration
import Testing

@Suite struct DotEnvFileTests {
    @Test(
        "A value is read as dotenv users expect",
        arguments: [
            ("A=plain", "plain"),
            ("A=", ""),
            ("  A = spaced out  ", "spaced out"),
            ("\tA\t=\ttabs\t", "tabs"),
            ("export A=exported", "exported"),
            ("export  A = exported", "exported"),
            ("A=value # comment", "value"),
            ("A=value\t# comment", "value"),
            ("A=value#no comment", "value#no comment"),
            ("A=#no comment", "#no comment"),
            ("A= # comment", ""),
            ("A=a=b==", "a=b=="),
            ("A=it's", "it's"),
            (#"A="double # quoted" # comment"#, "double # quoted"),
            (#"A='single # quoted'#comment"#, "single # quoted"),
            (#"A="""#, ""),
            ("A=''", ""),
            (#"A="  kept  ""#, "  kept  "),
            (#"A="a\nb\tc\"d\\e\'f""#, "a\nb\tc\"d\\e'f"),
            (#"A='a\nb\\c\'d\"e'"#, #"a\nb\c'd\"e"#),
            (#"A="C:\path\$x""#, #"C:\path\$x"#),
            ("A=\"two\nlines\"", "two\nlines"),
            ("A='two\r\nlines'", "two\nlines"),
            (#"A=["http://localhost:3000","https://example.kr"]"#, #"["http://localhost:3000","https://example.kr"]"#),
            (#"A={"a": "b"}   # aliases"#, #"{"a": "b"}"#),
            ("A=한글 값 # 설명", "한글 값"),
            ("\u{FEFF}A=after a byte order mark", "after a byte order mark"),
            ("A=crlf\r\n", "crlf"),
            ("A=cr\rB=b", "cr"),
            ("A=first\nA=last", "last"),
        ] as [(String, String?)]
    )
    func value(_ text: String, _ expected: String?) {
        let file = DotEnvFile(text)

        #expect(file.entries.last { $0.name == "A" }?.value == expected)
        #expect(file.faults.isEmpty)
    }

    @Test("Lines are counted through comments, blank lines and values of several lines")
    func lines() {
        let file = DotEnvFile("# first\r\n\r\nA=1\n\n  # more\nB=\"x\ny\nz\"\nC=3")

        #expect(file.entries.map(\.name) == ["A", "B", "C"])
        #expect(file.entries.map(\.line) == [3, 6, 9])
    }

    @Test(
        "A line that is no entry is a fault with its number, and the next line is read",
        arguments: [
            "PORT", "export PORT", "PORT # 8010", "PORT 8010", "=x", "1A=x", "A B=x", "A='x' y", "export =x",
            "A=\"x\" y",
        ]
    )
    func fault(_ line: String) {
        let file = DotEnvFile("# comment\n\(line)\nNEXT=1")

        #expect(file.faults.map(\.line) == [2])
        #expect(file.entries == [DotEnvFile("\n\nNEXT=1").entries[0]])
    }

    @Test("A word without = is not told, as it may be a secret")
    func bareWord() throws {
        let fault = try #require(DotEnvFile("KEY=\nsk-secret\n").faults.first)
        #expect(fault.line == 2)
        #expect(!fault.reason.contains("secret"))
    }

    @Test("A quote that is never closed costs its own line only, and its value is not told")
    func openQuote() throws {
        let file = DotEnvFile("KEY=\"sk-secret\nPORT=1")

        let fault = try #require(file.faults.first)
        #expect(fault.line == 1)
        #expect(!fault.reason.contains("secret"))
        #expect(file.entries.map(\.name) == ["PORT"])
    }

    @Test(
        "Arbitrary text never traps",
        arguments: ["\"", "'", "\\", "A=\"\\", "A='\\", "export", "export ", "\r", "=", "A=\u{0}"]
    )
    func robust(_ text: String) {
        let file = DotEnvFile(text)

        #expect(file.entries.count + file.faults.count <= 1)
    }
}
