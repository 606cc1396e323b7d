/// What the first bytes of a file tell for certain.
enum ContentSignature: Equatable {
    case document(DocumentKind)
    /// Something without text, in words that follow "holds".
    case other(String)
    /// Text, or nothing that announces itself.
    case none

    init(_ bytes: [UInt8]) {
        self = Self.signatures.first { bytes.starts(with: $0.bytes) }?.meaning ?? .none
        // Readers of PDF look for its beginning in the first 1,024 bytes, as some have other things before.
        if self == .none, bytes.prefix(1024 + 5).firstRange(of: Array("%PDF-".utf8)) != nil { self = .document(.pdf) }
        if case .none = self, Self.looksLikeHTML(bytes) { self = .document(.html) }
    }

    private static let signatures: [(bytes: [UInt8], meaning: ContentSignature)] = [
        (Array("%PDF-".utf8), .document(.pdf)),
        (Array("PK\u{3}\u{4}".utf8), .document(.package)),
        (Array("PK\u{5}\u{6}".utf8), .document(.package)),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .document(.word)),
        (Array("{\\rtf".utf8), .other("rich text (RTF); save it as DOCX")),
        ([0x89, 0x50, 0x4E, 0x47], .other("a PNG image")),
        ([0xFF, 0xD8, 0xFF], .other("a JPEG image")),
        (Array("GIF8".utf8), .other("a GIF image")),
        ([0x49, 0x49, 0x2A, 0x00], .other("a TIFF image")),
        ([0x4D, 0x4D, 0x00, 0x2A], .other("a TIFF image")),
        ([0x1F, 0x8B], .other("a gzip archive")),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .other("a 7z archive")),
        (Array("Rar!".utf8), .other("a RAR archive")),
        ([0x7F, 0x45, 0x4C, 0x46], .other("a program")),
        (Array("SQLite format 3\0".utf8), .other("a database")),
        (Array("OggS".utf8), .other("a recording")),
        (Array("ID3".utf8), .other("a recording")),
    ]

    /// Pages under another name, as some programs write them for .doc.
    private static func looksLikeHTML(_ bytes: [UInt8]) -> Bool {
        let start = String(decoding: bytes.prefix(512), as: UTF8.self).lowercased()
        let text = start.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        return text.hasPrefix("<!doctype html") || text.hasPrefix("<html")
    }
}
