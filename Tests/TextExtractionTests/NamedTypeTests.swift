import Testing
import TextExtraction

@Suite struct NamedTypeTests {
    @Test(
        "Every type that OpenAI searched can be searched",
        arguments: [
            "c", "cpp", "cs", "css", "doc", "docx", "go", "html", "java", "js", "json", "md", "pdf", "php", "pptx",
            "py",
            "rb", "sh", "tex", "ts", "txt",
        ]
    )
    func listedByOpenAI(_ ending: String) { #expect(TextExtraction.isSupported(filename: "report.\(ending)")) }

    @Test(
        "So can what its users asked for",
        arguments: [
            "a.csv", "a.tsv", "a.xlsx", "a.odt", "a.odp", "a.ods", "a.jsonl", "표.CSV", "v1.2/README", "a.b.Pdf",
        ]
    )
    func beyond(_ name: String) { #expect(TextExtraction.isSupported(filename: name)) }

    @Test("Nothing else", arguments: ["a.png", "a.exe", "a.mp3", "a.zip", "a.hwp", "a.", "pdf.x"])
    func others(_ name: String) { #expect(!TextExtraction.isSupported(filename: name)) }
}
