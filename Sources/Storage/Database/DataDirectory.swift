import Foundation
import Synchronization

/// The folder that holds the database, owned by one process at a time.
///
/// The lock is the kernel's (`flock`), so it is gone with the process however that ends.
package final class DataDirectory: Sendable {
    static let databaseName = "assistants.sqlite"

    package let path: String
    /// The locked file's descriptor, `nil` once the lock is given up.
    private let lock: Mutex<Int32?>

    /// Creates the folder, for its owner alone, if there is none, and locks it.
    package init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StorageError.unavailable(reason: "the data directory \(path) cannot be created")
        }
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError.unavailable(
                reason: "the data directory \(path) cannot be written: \(String(cString: strerror(errno)))"
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StorageError.inUse(path: path)
        }
        lock = Mutex(descriptor)
    }

    deinit { release() }

    /// Gives the folder up: another process, or another part of this one, may have it from now on.
    ///
    /// The unlock is explicit, since closing alone leaves the lock to a child process that is being started at this
    /// moment and has a copy of the descriptor until it becomes its program.
    func release() {
        lock.withLock { descriptor in
            guard let open = descriptor else { return }
            _ = flock(open, LOCK_UN)
            close(open)
            descriptor = nil
        }
    }

    package var databasePath: String { "\(path)/\(Self.databaseName)" }
}
