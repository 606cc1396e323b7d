import Foundation
import NIOCore

/// An open file, closed when it is let go of. Its calls wait for the disk.
final class DiskFile: Sendable {
    private let descriptor: Int32
    let path: String

    /// Opens a file for reading. Throws `StorageError.unavailable` when there is none.
    init(reading path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
    }

    /// Makes a file that must not be there yet.
    init(creating path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("create", path) }
    }

    deinit { close(descriptor) }

    /// Appends all bytes.
    func append(_ buffer: ByteBuffer) throws {
        try buffer.withUnsafeReadableBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw Self.failure("write", path) }
                rest = rest.dropFirst(written)
            }
        }
    }

    /// Up to `count` bytes from a place on; none at the end.
    func read(from offset: Int, upTo count: Int) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        while true {
            let got = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                max(0, pread(descriptor, space.baseAddress, min(count, space.count), off_t(offset)))
            }
            if got > 0 { return buffer }
            // Nothing was read: the end, a signal, or a fault, which asking for one byte tells apart.
            var byte: UInt8 = 0
            let probe = pread(descriptor, &byte, 1, off_t(offset))
            if probe == 0 { return buffer }
            if probe < 0, errno != EINTR { throw Self.failure("read", path) }
        }
    }

    func size() throws -> Int {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw Self.failure("inspect", path) }
        return Int(information.st_size)
    }

    /// Returns when all that was written is on disk.
    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw Self.failure("synchronize", path) }
    }

    // MARK: Paths

    /// Makes an empty file that nobody else can read, unless there is one. That is not even opened: to close it would end the
    /// locks that SQLite may have on it.
    static func makePrivate(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw failure("create", path) }
            return
        }
        close(descriptor)
    }

    /// Makes a folder that nobody else can look into. Returns whether there was none.
    static func makeDirectory(_ path: String) throws -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw failure("create", path) }
        return false
    }

    /// Makes names that were made or moved in a folder last.
    static func synchronizeDirectory(_ path: String) throws {
        try DiskFile(reading: path).synchronize()
    }

    static func move(_ path: String, to target: String) throws {
        guard rename(path, target) == 0 else { throw failure("move", path) }
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Names in a folder, in no order.
    static func names(in path: String) throws -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure("list", path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func failure(_ action: String, _ path: String) -> StorageError {
        StorageError.unavailable(reason: "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
