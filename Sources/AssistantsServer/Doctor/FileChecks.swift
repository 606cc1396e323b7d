import Foundation
import Storage

/// Checks of what the server writes.
enum FileChecks {
    static func dataDirectory(_ path: String) -> Finding {
        do {
            let database = try Database(directory: DataDirectory(path: path))
            try database.close()
            return .well("data: \(path) can be written, the database opens")
        } catch StorageError.inUse {
            return .well("data: \(path) is open in a running server")
        } catch {
            return .failed("data: \(error)", remedy: "give this user a directory that it may write, in DATA_DIR")
        }
    }

    static func logFile(_ path: String?) -> Finding {
        guard let path else { return .well("log: on the terminal only (LOG_FILE is none)") }
        guard let unusable = fault(ofLogFile: path, keepingNew: false) else {
            return .well("log: \(path) can be written")
        }
        return .failed(
            "log: \(path) cannot be written: \(unusable.reason)",
            remedy: "set LOG_FILE to a file that this user may write, or to none"
        )
    }

    /// Opens the file as the log does. Nil when it can be written.
    ///
    /// - Parameter keepsNew: Whether a file that is made by this stays, as the log is about to write it.
    static func fault(ofLogFile path: String, keepingNew keepsNew: Bool) -> UnusableLogFile? {
        let directory = (path as NSString).deletingLastPathComponent
        if !directory.isEmpty {
            // Shows in `open`, with the system's reason.
            try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        // Not waiting: a pipe without a reader would keep the start from going on.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
        if !keepsNew {
            // Fails for whatever is there, even a link to nothing: only what was made here is removed.
            let made = open(path, flags | O_EXCL, 0o640)
            if made >= 0 {
                close(made)
                unlink(path)
                return nil
            }
        }
        let descriptor = open(path, flags, 0o640)
        guard descriptor >= 0 else { return UnusableLogFile(path: path, reason: String(cString: strerror(errno))) }
        close(descriptor)
        return nil
    }
}

/// The log cannot be written where `LOG_FILE` says.
struct UnusableLogFile: Error, CustomStringConvertible {
    let path: String
    /// In the system's words.
    let reason: String

    var description: String {
        "LOG_FILE is \"\(path)\", which cannot be written (\(reason)); legal: a file that this user may write, or none"
    }
}
