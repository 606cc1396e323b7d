import RunEngine
import Testing

@Suite struct SandboxLinkTests {
    @Test(
        "The name that is linked is the first that fits",
        arguments: [
            ("See [the file](sandbox:/mnt/data/a.csv).", "a.csv"),
            ("[보고서](sandbox:/mnt/data/매출 보고서 (1).csv) 입니다", "매출 보고서 (1).csv"),
            (#"[x](sandbox:/mnt/data/a.csv "A title")"#, "a.csv"),
            ("[x](<sandbox:/mnt/data/a b.csv>)", "a b.csv"),
            ("`sandbox:/mnt/data/out/a.csv`", "out/a.csv"),
            ("sandbox:/mnt/data/a.csv", "a.csv"),
        ]
    )
    func names(_ text: String, _ name: String) throws {
        let link = try #require(SandboxLink.all(in: text).first)

        #expect(link.candidates.first?.names.first == name)
        for candidate in link.candidates {
            let scalars = Array(text.unicodeScalars)[candidate.range]
            #expect(String(String.UnicodeScalarView(scalars)) == candidate.text)
        }
    }

    @Test("Where a bare link ends is left open, and names may be encoded")
    func alternatives() {
        let bare = SandboxLink.all(in: "It is in sandbox:/mnt/data/a.csv. Done")
        #expect(bare.first?.candidates.map(\.names) == [["a.csv."], ["a.csv"]])

        let encoded = SandboxLink.all(in: "[x](sandbox:/mnt/data/a%20b.csv)")
        #expect(encoded.first?.candidates.first?.names == ["a%20b.csv", "a b.csv"])
    }

    @Test("Places count Unicode scalars")
    func places() {
        let text = "🇰🇷👩‍👩‍👧 [x](sandbox:/mnt/data/a.csv)"
        let candidate = SandboxLink.all(in: text).first?.candidates.first

        #expect(candidate?.range == 12..<35)
    }

    @Test(
        "What leads out of the folder, or names nothing, is no link",
        arguments: [
            "sandbox:/mnt/data/", "[x](sandbox:/mnt/data/../../etc/passwd)", "[x](sandbox:/mnt/data/a/../b)",
            "[x](sandbox:/mnt/data/%2e%2e/x/../y)", "[x](sandbox:/tmp/a)", "no link at all",
        ]
    )
    func none(_ text: String) {
        #expect(SandboxLink.all(in: text).isEmpty)
    }
}
