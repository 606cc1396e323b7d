import AssistantsAPI
import Testing

@Suite struct FileNameTests {
    @Test(
        "Names are kept as they are sent, but for what leads elsewhere",
        arguments: [
            ("a.txt", "a.txt"), ("보고서 1.txt", "보고서 1.txt"), ("text/csv", "text/csv"), ("..a", "..a"), ("a..b", "a..b"),
            (".env", ".env"), ("../../etc/passwd", "passwd"), ("/etc/passwd", "passwd"), ("a/../b", "b"),
            (#"C:\docs\a.txt"#, "a.txt"), (#"..\..\a.txt"#, "a.txt"), ("./a.txt", "a.txt"), (" ", " "),
        ]
    )
    func kept(_ name: String, _ expected: String) throws {
        #expect(try FileName.checked(name) == expected)
    }

    @Test(
        "Names that name no file are refused",
        arguments: [
            ("", FileName.Fault.empty), ("..", .namesNoFile), (".", .namesNoFile), ("/", .namesNoFile),
            ("a/", .namesNoFile),
            ("../..", .namesNoFile), (#"C:\"#, .namesNoFile), ("a\nb", .controlCharacter),
            ("a\0.txt", .controlCharacter),
            ("a\u{85}b", .controlCharacter),
        ]
    )
    func refused(_ name: String, _ fault: FileName.Fault) {
        #expect(throws: fault) { try FileName.checked(name) }
    }

    @Test("Characters are counted, not bytes")
    func length() throws {
        let longest = String(repeating: "가", count: FileName.maximumLength)
        #expect(try FileName.checked(longest) == longest)
        #expect(throws: FileName.Fault.tooLong(FileName.maximumLength + 1)) { try FileName.checked(longest + "가") }
    }

    @Test(
        "A file's extension is that of its last part",
        arguments: [
            ("a.TXT", ".txt"), ("a.tar.gz", ".gz"), ("a", ""), (".env", ""), ("a.b/c", ""), ("보고.PDF", ".pdf"),
        ]
    )
    func fileExtension(_ name: String, _ expected: String) {
        let file = File(
            id: Identifier("file-1"),
            createdAt: Timestamp(seconds: 1),
            filename: name,
            purpose: .assistants,
            bytes: 1
        )
        #expect(file.fileExtension == expected)
    }
}
