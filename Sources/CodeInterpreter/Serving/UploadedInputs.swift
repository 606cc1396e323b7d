import Foundation
import Synchronization

/// Files that servers sent for cells that are about to come, until a session has them: each is a file of its own in a
/// folder that belongs to this process.
final class UploadedInputs: Sendable {
    struct Key: Hashable {
        let session: SessionKey
        let file: String
    }

    private struct Held {
        let path: String
        let size: Int
        let since: ContinuousClock.Instant
    }

    private struct State {
        var held: [Key: Held] = [:]
        /// Of those that are here and those that are coming, in bytes.
        var reserved = 0
        var nextNumber = 0
    }

    private let folder: String
    private let lock: Int32
    private let capacity: Int
    private let state = Mutex(State())

    /// A file whose cell does not come is kept for this long.
    private static let lifetime: Duration = .seconds(600)

    /// Makes the folder, or empties it of what a former process left there.
    ///
    /// - Parameter capacity: Of all files together, in bytes.
    /// - Throws: ``CodeRunnerFolderFault``.
    init(folder: String, capacity: Int) throws(CodeRunnerFolderFault) {
        self.folder = folder
        self.capacity = capacity
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CodeRunnerFolderFault(folder: folder, reason: "cannot be made")
        }
        guard chmod(folder, 0o700) == 0 else {
            throw CodeRunnerFolderFault(folder: folder, reason: "is another user's")
        }
        // Gone with the process, however it ends.
        lock = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw CodeRunnerFolderFault(folder: folder, reason: "cannot be written") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw CodeRunnerFolderFault(folder: folder, reason: "is used by another code runner; set DATA_DIR")
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name != "lock" {
            unlink("\(folder)/\(name)")
        }
    }

    deinit {
        for held in state.withLock({ $0.held.values }) { unlink(held.path) }
        flock(lock, LOCK_UN)
        close(lock)
    }

    /// Where a file is; also for one that is not here, where nothing will be found.
    func path(of key: Key) -> String { state.withLock { $0.held[key]?.path } ?? "\(folder)/none" }

    func has(_ key: Key) -> Bool { state.withLock { $0.held[key] != nil } }

    /// Takes a file in.
    ///
    /// - Parameter fill: Writes the bytes, all of them.
    /// - Throws: ``RunnerRefusal``, and what `fill` throws.
    nonisolated(nonsending) func receive(
        _ key: Key,
        size: Int,
        _ fill: (IncomingInput) async throws -> Void
    ) async throws {
        let number = state.withLock { state -> Int? in
            guard state.reserved + size <= capacity else { return nil }
            state.reserved += size
            state.nextNumber += 1
            return state.nextNumber
        }
        guard let number else { throw RunnerRefusal.failure(.busy(reason: "too many files are coming in")) }
        let path = "\(folder)/\(number)"
        do {
            let incoming = try await IncomingInput.make(path: path, size: size)
            try await fill(incoming)
            try await incoming.finish()
        } catch {
            _ = try? await DiskWork.perform { unlink(path) }
            state.withLock { $0.reserved -= size }
            throw error
        }
        let former = state.withLock { $0.held.updateValue(Held(path: path, size: size, since: .now), forKey: key) }
        await drop([former].compactMap { $0 })
    }

    /// Removes files that their session has, or that nobody will ask for.
    func remove(_ keys: [Key]) async {
        await drop(state.withLock { state in keys.compactMap { state.held.removeValue(forKey: $0) } })
    }

    func removeAll(of session: SessionKey) async {
        await remove(state.withLock { state in state.held.keys.filter { $0.session == session } })
    }

    /// Removes those whose cells did not come.
    func removeForgotten() async {
        let limit = ContinuousClock.now.advanced(by: .zero - Self.lifetime)
        await remove(state.withLock { state in state.held.filter { $0.value.since < limit }.map(\.key) })
    }

    private func drop(_ held: [Held]) async {
        guard !held.isEmpty else { return }
        _ = try? await DiskWork.perform { for file in held { unlink(file.path) } }
        state.withLock { $0.reserved -= held.reduce(0) { $0 + $1.size } }
    }
}

/// Why a runner cannot have its folder.
package struct CodeRunnerFolderFault: Error, CustomStringConvertible {
    let folder: String
    let reason: String

    package var description: String { "the folder \(folder) \(reason)" }
}
