import Foundation
import Synchronization

/// A file that is coming in from a server, and goes to the disk piece by piece.
package final class IncomingInput: Sendable {
    private let descriptor: Int32
    private let size: Int
    /// Bytes that have come.
    private let written = Mutex(0)

    private init(descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    deinit { close(descriptor) }

    static func make(path: String, size: Int) async throws -> IncomingInput {
        try await DiskWork.perform {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw full }
            return IncomingInput(descriptor: descriptor, size: size)
        }
    }

    /// - Throws: ``RunnerRefusal``.
    package func write(_ bytes: [UInt8]) async throws {
        let total = written.withLock { written -> Int in
            written += bytes.count
            return written
        }
        guard total <= size else { throw RunnerRefusal.invalid("more bytes came than were announced") }
        try await DiskWork.perform { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 || errno == EINTR else { throw Self.full }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    func finish() async throws {
        guard written.withLock({ $0 }) == size else {
            throw RunnerRefusal.invalid("the file has another size than was announced")
        }
    }

    private static var full: RunnerRefusal { .failure(.busy(reason: "its disk takes no more files")) }
}
