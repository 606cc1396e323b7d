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

    /// What files hold.
    struct Opened: Sendable {
        var data: [TableData] = []
        /// The files that their sources are in, as long as they are needed.
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

    /// - Parameters:
    ///   - folder: Where what is unpacked is put.
    ///   - former: Files of these tables are not opened again.
    func open(_ files: [StoredFile], folder: String, former: TableFile?) async throws -> Opened {
        var opened = Opened()
        for stored in files {
            let (path, name) = (contents.path(of: stored.content), stored.file.filename)
            var data = TableData(.file(stored.content, name: name))
            if former?.made[data.key] == nil {
                if let source = DataSource(file: path, filename: name) {
                    data.sources.append(source)
                } else {
                    try await unpack(path, name, folder: folder, into: &data, &opened.sheets)
                }
            }
            opened.data.append(data)
        }
        return opened
    }

    private func unpack(
        _ path: String,
        _ name: String,
        folder: String,
        into data: inout TableData,
        _ files: inout [SheetFile]
    ) async throws {
        do {
            let sheets = try await unpack(path, name, folder: folder)
            if sheets.isEmpty { data.faults.append("\(name): There are no rows in the workbook.") }
            files += sheets
            data.sources += sheets.map { $0.source(of: name, isAlone: sheets.count == 1) }
        } catch let failure as ExtractionFailure {
            data.faults.append("\(name): \(failure.message)")
        }
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
