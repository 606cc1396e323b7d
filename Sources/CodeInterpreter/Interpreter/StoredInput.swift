import Foundation

/// A file of the server that is given to an interpreter.
package final class StoredInput: Sendable {
    private let descriptor: Int32
    private let name: String

    private init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    deinit { close(descriptor) }

    /// - Throws: ``CodeRunnerFailure``, also where it does not have the size that it is said to have.
    package static func open(_ file: InputFile) async throws -> StoredInput {
        let name = file.names.last ?? file.id
        return try await DiskWork.perform {
            let descriptor = Foundation.open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { throw CodeRunnerFailure.inputUnreadable(name: name) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == file.size
            else {
                close(descriptor)
                throw CodeRunnerFailure.inputUnreadable(name: name)
            }
            return StoredInput(descriptor: descriptor, name: name)
        }
    }

    /// - Throws: ``CodeRunnerFailure``.
    package func read(at offset: Int, atMost count: Int) async throws -> [UInt8] {
        try await DiskWork.perform { [self] in
            var got = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                repeat {
                    got = pread(descriptor, buffer.baseAddress, count, off_t(offset))
                } while got < 0
                    && errno == EINTR
                filled = max(0, got)
            }
            guard got >= 0 else { throw CodeRunnerFailure.inputUnreadable(name: name) }
            return bytes
        }
    }
}
