import Dispatch
import Foundation

/// A file that is read in blocks, off the threads that the server's tasks share.
final class SourceFile: Sendable {
    /// In bytes, when it was opened.
    let size: Int
    private let descriptor: Int32

    private static let queue = DispatchQueue(label: "text-extraction", attributes: .concurrent)

    private init(descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    deinit { close(descriptor) }

    /// - Throws: ``ExtractionFailure``.
    static func open(_ path: String) async throws -> SourceFile {
        try await onQueue {
            let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { throw failure("opened", errno) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                close(descriptor)
                throw failure("opened", EINVAL)
            }
            return SourceFile(descriptor: descriptor, size: Int(status.st_size))
        }
    }

    /// The bytes at a place; fewer at the end of the file, and none after it.
    ///
    /// - Throws: ``ExtractionFailure``.
    func read(at offset: Int, atMost count: Int) async throws -> [UInt8] {
        try await Self.onQueue { [self] in
            var error: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let got = pread(
                        descriptor,
                        buffer.baseAddress?.advanced(by: filled),
                        count - filled,
                        off_t(offset + filled)
                    )
                    if got < 0, errno == EINTR { continue }
                    error = got < 0 ? errno : 0
                    if got <= 0 { break }
                    filled += got
                }
            }
            guard error == 0 else { throw Self.failure("read", error) }
            return bytes
        }
    }

    private static func failure(_ what: String, _ error: Int32) -> ExtractionFailure {
        ExtractionFailure(.serverError, "The stored file could not be \(what): \(String(cString: strerror(error))).")
    }

    private static func onQueue<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
