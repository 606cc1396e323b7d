import Foundation

/// A file that is written from its beginning to its end.
final class AppendedFile {
    private let descriptor: Int32
    private let limit: Int
    private(set) var count = 0

    /// - Parameter limit: Bytes that it may have; more throws `DataLoadError.tooLarge`.
    init(path: String, limit: Int) throws {
        self.limit = limit
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure }
    }

    deinit { close(descriptor) }

    /// Returns where the bytes are, at a multiple of eight.
    @discardableResult
    func append(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        let offset = count
        try write(bytes)
        let padding = -count & 7
        if padding > 0 {
            try withUnsafeBytes(of: UInt64(0)) { try write(UnsafeRawBufferPointer(rebasing: $0[..<padding])) }
        }
        return offset
    }

    @discardableResult
    func append<Value: BitwiseCopyable>(_ values: [Value]) throws -> Int {
        try values.withUnsafeBytes { try append($0) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard count + bytes.count <= limit else { throw DataLoadError.tooLarge(limit: limit) }
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = Foundation.write(descriptor, start, rest.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw errno == ENOSPC ? DataLoadError.tooLarge(limit: limit) : Self.failure }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        count += bytes.count
    }

    private static var failure: DataLoadError { .database(reason: String(cString: strerror(errno))) }
}
