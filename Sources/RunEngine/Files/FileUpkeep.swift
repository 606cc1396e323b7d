import AssistantsAPI
import Logging
import ServiceLifecycle
import Storage

/// Deletes files and ends uploads whose time is over, and frees at the start what a crash left behind.
package struct FileUpkeep: Service {
    private let files: FileService
    private let logger: Logger

    private static let interval: Duration = .seconds(15)
    private static let batch = 100

    package init(files: FileService, logger: Logger) {
        self.files = files
        self.logger = logger
    }

    package func run() async throws {
        await attempt("The sweep of unneeded file contents failed") {
            let removed = try await cancelWhenGracefulShutdown { try await files.contents.sweep() }
            if removed > 0 {
                logger.notice("File contents that no file has were removed", metadata: ["count": "\(removed)"])
            }
        }
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await attempt("The upkeep of files failed") {
                try await deleteExpiredFiles()
                try await endExpiredUploads()
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    private func deleteExpiredFiles() async throws {
        while !Task.isShuttingDownGracefully {
            let now = files.clock.now()
            let expired = try await files.database.read { try $0.files.expired(at: now, limit: Self.batch) }
            for (id, project) in expired {
                // Somebody may have deleted it in the meantime.
                do { try await files.remove(id, in: project) } catch FileRefusal.fileNotFound { continue }
            }
            if expired.count < Self.batch { return }
        }
    }

    private func endExpiredUploads() async throws {
        while !Task.isShuttingDownGracefully {
            let now = files.clock.now()
            let unneeded = try await files.database.write { db in
                try db.uploads.expired(at: now, limit: Self.batch).map { try db.uploads.end($0, as: .expired) }
            }
            try await files.contents.release(unneeded.flatMap { $0 })
            if unneeded.count < Self.batch { return }
        }
    }

    private func attempt(_ failure: Logger.Message, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            return
        } catch {
            logger.error(failure, metadata: ["reason": "\(error)"])
        }
    }
}
