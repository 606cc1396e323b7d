import DataTables
import Dispatch

/// The folder of a thread's tables. It is removed with its last reference: who works with it keeps it, be it that the
/// thread has newer data, or is gone.
final class TableFile: Sendable {
    let path: String
    /// In bytes, all files together.
    let size: Int
    /// What its tables were made of.
    let made: [TableData.Key: TableData.Made]

    init(path: String, made: [TableData.Key: TableData.Made]) {
        self.path = path
        self.made = made
        size = TableFolder.size(path)
    }

    deinit {
        // Freeing the blocks of large files takes its time.
        Self.removals.async { [path] in TableFolder.remove(path) }
    }

    private static let removals = DispatchQueue(label: "tables", qos: .utility)
}
