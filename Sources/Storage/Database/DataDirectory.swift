import Foundation

/// The folder that holds the database, owned by one process at a time.
///
/// The lock is the kernel's (`flock`), so it is gone with the process however that ends.
package final class DataDirectory: Sendable {
    static let databaseName = "assistants.sqlite"

    package let path: String
    private let lockDescriptor: Int32

    /// Creates the folder if there is none and locks it.
    package init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw StorageError.unavailable(reason: "the data directory \(path) cannot be created")
        }
        lockDescriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lockDescriptor >= 0 else {
            throw StorageError.unavailable(
                reason: "the data directory \(path) cannot be written: \(String(cString: strerror(errno)))"
            )
        }
        guard flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(lockDescriptor)
            throw StorageError.inUse(path: path)
        }
    }

    deinit { close(lockDescriptor) }

    package var databasePath: String { "\(path)/\(Self.databaseName)" }
}
