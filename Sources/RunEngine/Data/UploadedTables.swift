import AssistantsAPI
import DataTables
import Storage
import TextExtraction

/// Opens uploaded files as sources of tables: text of known formats as it is, workbooks sheet by sheet.
package struct UploadedTables: Sendable {
    private let contents: FileContents
    private let extraction: TextExtraction

    package init(contents: FileContents, extraction: TextExtraction) {
        self.contents = contents
        self.extraction = extraction
    }

    /// What files hold, and what is wrong with others, in words.
    struct Opened: Sendable {
        var sources: [DataSource] = []
        var faults: [String] = []
        /// The files that the sources are in, as long as they are needed.
        fileprivate var sheets: [SheetFile] = []
    }

    /// Whether tables are made of files of this name.
    static func isTable(filename: String) -> Bool {
        DataSource(file: "", filename: filename) != nil || isWorkbook(filename)
    }

    private static func isWorkbook(_ filename: String) -> Bool {
        let name = filename.lowercased()
        return ["xlsx", "xlsm", "xltx"].contains { name.hasSuffix("." + $0) }
    }

    /// - Parameter folder: Where what is unpacked is put.
    func open(_ files: [StoredFile], folder: String) async throws -> Opened {
        var opened = Opened()
        for stored in files {
            let (path, name) = (contents.path(of: stored.content), stored.file.filename)
            if let source = DataSource(file: path, filename: name) {
                opened.sources.append(source)
                continue
            }
            do {
                let sheets = try await unpack(path, name, folder: folder)
                if sheets.isEmpty { opened.faults.append("\(name): There are no rows in the workbook.") }
                opened.sheets += sheets
                opened.sources += sheets.map { $0.source(of: name, isAlone: sheets.count == 1) }
            } catch let failure as ExtractionFailure {
                opened.faults.append("\(name): \(failure.message)")
            }
        }
        return opened
    }

    /// Reads a workbook in the sandbox; its sheets come out as files of JSON Lines.
    private func unpack(_ path: String, _ filename: String, folder: String) async throws -> [SheetFile] {
        var sheets: [SheetFile] = []
        try await extraction.extractSheets(path: path, filename: filename) { piece in
            switch piece {
            case .sheet(let name):
                try await sheets.last?.finish()
                sheets.append(SheetFile(named: name, in: folder))
            case .lines(let text): try await sheets.last?.append(text)
            }
        }
        try await sheets.last?.finish()
        return sheets
    }
}
