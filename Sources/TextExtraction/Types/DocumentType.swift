/// How plain text is divided.
enum TextForm: Equatable, Sendable {
    /// By lines.
    case prose
    /// By lines, in which characters may be escaped.
    case json
    /// By lines, in which tables have headers.
    case markdown
    /// By rows, after one with the names of the columns. The separator is found out where it is nil.
    case table(UInt8?)
}

/// The documents that are read by a child, by what the child calls them.
enum DocumentKind: String, Equatable, Sendable {
    case pdf
    /// A ZIP archive of XML: Office Open XML or OpenDocument.
    case package = "zip"
    /// A compound file of Word 97.
    case word = "ole"
    case html
}

/// What a file is by its name and by its first bytes. Where the two disagree and the bytes are those of a document, the
/// bytes are believed; a name alone makes nothing readable.
enum DocumentType: Equatable {
    case text(TextForm)
    case document(DocumentKind)

    /// - Parameter beginning: The first 4 KiB, or the whole file.
    /// - Throws: ``ExtractionFailure`` where nothing of the kind can be read, or the bytes are not what the name says.
    init(filename: String, beginning: [UInt8]) throws(ExtractionFailure) {
        let named = NamedType(filename)
        guard named != .unknown else { throw Self.unsupported(filename) }
        switch (ContentSignature(beginning), named) {
        // The source of a page is a text where its name says so.
        case (.document(.html), .text(let form)): self = .text(form)
        case (.document(.html), .document(let kind)) where kind == .pdf || kind == .package:
            throw ExtractionFailure(
                .invalidFile,
                "The file's name ends in .\(Self.ending(of: filename)), but it holds a web page."
            )
        case (.document(let kind), _): self = .document(kind)
        case (.other(let what), .unnamed):
            throw ExtractionFailure(.unsupportedFile, "The file holds \(what), which has no text that can be read.")
        case (.other(let what), _):
            throw ExtractionFailure(
                .invalidFile,
                "The file's name ends in .\(Self.ending(of: filename)), but it holds \(what)."
            )
        case (.none, .text(let form)): self = .text(form)
        case (.none, .unnamed): self = .text(.prose)
        case (.none, .document(.html)): self = .document(.html)
        case (.none, .document):
            throw ExtractionFailure(
                .invalidFile,
                "The file's name ends in .\(Self.ending(of: filename)), but its contents are nothing of that kind; "
                    + "it may be damaged."
            )
        case (.none, .unknown): throw Self.unsupported(filename)
        }
    }

    private static func unsupported(_ filename: String) -> ExtractionFailure {
        ExtractionFailure(
            .unsupportedFile,
            "Files with the ending .\(ending(of: filename)) cannot be searched. Upload a PDF, DOCX, PPTX, XLSX, ODT, ODP, "
                + "CSV, HTML, Markdown, JSON or text file instead."
        )
    }

    private static func ending(of filename: String) -> String {
        String((filename.split(separator: ".").last ?? "").prefix(20))
    }
}
