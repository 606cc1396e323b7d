/// Data that tables are made of.
///
/// Formats that are no text (XLSX) come in as text of one of these: whoever unpacks them calls `separated` for each sheet.
package struct DataSource: Sendable {
    package enum Format: Sendable, Equatable {
        /// An array of objects, or a document with such arrays in it.
        case json
        /// An object a line.
        case jsonLines
        /// Fields between separators; nil for the one that the first record shows.
        case separated(by: UInt8?)
    }

    package enum Content: Sendable {
        case file(path: String)
        case text(String)
    }

    /// What the table is called; of a JSON document with several tables, what those without a name are.
    package var name: String
    package var format: Format
    package var content: Content
    /// Where the data is from, in the words of a description: a file's name, "system_data".
    package var origin: String

    package init(name: String, format: Format, content: Content, origin: String) {
        self.name = name
        self.format = format
        self.content = content
        self.origin = origin
    }

    /// A file whose format its name tells; nil for a format that tables are not made of.
    ///
    /// - Parameter filename: As the user knows it, which may not be the file's name on disk.
    package init?(file path: String, filename: String) {
        let parts = filename.split(separator: ".")
        guard parts.count > 1, let ending = parts.last?.lowercased() else { return nil }
        let format: Format
        switch ending {
        case "json": format = .json
        case "jsonl", "ndjson": format = .jsonLines
        case "csv": format = .separated(by: nil)
        case "tsv", "tab": format = .separated(by: UInt8(ascii: "\t"))
        default: return nil
        }
        let stem = parts.dropLast().joined(separator: ".")
        self.init(name: stem, format: format, content: .file(path: path), origin: filename)
    }
}
