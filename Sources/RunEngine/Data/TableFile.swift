import Dispatch
import Foundation

/// The database file of a thread's tables. It is removed with its last reference: who works with it keeps it, be it that the
/// thread has newer data, or is gone.
final class TableFile: Sendable {
    let path: String
    /// Its length in bytes.
    let size: Int

    init(path: String) {
        self.path = path
        var information = stat()
        size = stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    deinit {
        // Freeing the blocks of a large file takes its time.
        Self.removals.async { [path] in _ = unlink(path) }
    }

    private static let removals = DispatchQueue(label: "tables", qos: .utility)
}
