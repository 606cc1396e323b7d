import AssistantsAPI
import DataTables
import Foundation
import Synchronization

/// The rows of one sheet of a workbook as a file of JSON Lines, which goes with this object.
final class SheetFile: Sendable {
    private let name: String
    private let path: String
    private let pending = Mutex<[UInt8]>([])

    /// Where the files are written, off the cooperative pool.
    private static let writing = AnalysisQueue()
    /// Bytes that are gathered before they are written.
    private static let piece = 1 << 20

    init(named name: String, in folder: String) {
        self.name = name
        path = "\(folder)/sheet-\(RandomWords.pair().0).jsonl"
    }

    deinit { unlink(path) }

    func append(_ text: String) async throws {
        let isFull = pending.withLock { bytes in
            bytes += text.utf8
            return bytes.count >= Self.piece
        }
        if isFull { try await write() }
    }

    /// Returns when all of it is in the file.
    func finish() async throws { try await write() }

    private func write() async throws {
        let bytes = pending.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
        let path = path
        try await Self.writing.perform {
            guard let file = fopen(path, "ab") else { throw Self.failure }
            let written = fwrite(bytes, 1, bytes.count, file)
            guard fclose(file) == 0, written == bytes.count else { throw Self.failure }
        }
    }

    private static var failure: DataLoadError {
        DataLoadError.database(reason: String(cString: strerror(errno)))
    }

    /// - Parameter isAlone: Whether it is the workbook's only sheet, which is called as the file is then.
    func source(of filename: String, isAlone: Bool) -> DataSource {
        let stem = filename.split(separator: ".").dropLast().joined(separator: ".")
        return DataSource(
            name: isAlone ? stem : name,
            format: .jsonLines,
            content: .file(path: path),
            origin: isAlone ? filename : "\(filename), sheet \(name)"
        )
    }
}
