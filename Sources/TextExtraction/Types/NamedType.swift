/// What a file is by the end of its name.
enum NamedType: Equatable {
    case text(TextForm)
    case document(DocumentKind)
    /// The name has no ending.
    case unnamed
    /// Nothing whose text can be read.
    case unknown

    init(_ filename: String) {
        let name = filename.split(separator: "/").last.map { $0.lowercased() } ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
            self = .unnamed
            return
        }
        self.init(ending: String(name[name.index(after: dot)...]))
    }

    private init(ending: String) {
        switch ending {
        case "pdf": self = .document(.pdf)
        case "docx", "docm", "dotx", "pptx", "pptm", "ppsx", "potx", "xlsx", "xlsm", "xltx", "odt", "ott", "odp", "otp",
            "ods", "ots":
            self = .document(.package)
        case "doc", "dot": self = .document(.word)
        case "html", "htm", "xhtml": self = .document(.html)
        case "csv": self = .text(.table(nil))
        case "tsv", "tab": self = .text(.table(UInt8(ascii: "\t")))
        case "md", "markdown", "mdx": self = .text(.markdown)
        case "json", "jsonl", "ndjson", "json5", "ipynb", "geojson": self = .text(.json)
        default: self = Self.texts.contains(ending) ? .text(.prose) : .unknown
        }
    }

    /// Endings of files that are plain text.
    private static let texts: Set<String> = [
        "txt", "text", "log", "xml", "xsl", "xsd", "svg", "yaml", "yml", "toml", "ini", "cfg", "conf", "properties",
        "env", "tex", "latex", "bib", "sty", "cls", "rst", "adoc",
        "asciidoc", "org", "textile", "srt", "vtt", "po", "diff", "patch", "eml",
        "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "cs", "css", "scss", "sass", "less", "go", "java", "js",
        "mjs",
        "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "php", "py", "pyi", "rb", "sh", "bash", "zsh", "fish",
        "ps1", "bat", "cmd", "swift", "kt", "kts", "scala", "groovy", "gradle", "rs", "lua", "pl", "pm", "r", "jl", "m",
        "mm", "dart", "ex", "exs", "erl", "hs", "ml", "fs", "vb", "vbs", "asm", "s", "f90", "pas", "sql", "graphql",
        "gql",
        "proto", "thrift", "tf", "hcl", "cmake", "mk", "make", "dockerfile", "makefile", "gitignore", "editorconfig",
    ]
}
