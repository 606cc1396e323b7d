import Foundation

/// A file as bytes in memory, of which the system keeps what is being read.
final class MappedFile {
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32

        var description: String { "\(path) cannot be read: \(String(cString: strerror(code)))" }
    }

    let bytes: UnsafeRawBufferPointer
    /// Bytes that were given back, counted from the beginning; whole pages.
    private var forgotten = 0

    private static let forgettingStep = 16 << 20

    init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw Failure(path: path, code: errno) }
        guard information.st_mode & S_IFMT == S_IFREG else { throw Failure(path: path, code: EINVAL) }
        let count = Int(information.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw Failure(path: path, code: errno)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }

    /// Lets the system take back the memory of what lies before `offset`.
    func forget(before offset: Int) {
        guard offset - forgotten >= Self.forgettingStep, let start = bytes.baseAddress else { return }
        let end = offset & ~(Self.forgettingStep - 1)
        madvise(UnsafeMutableRawPointer(mutating: start + forgotten), end - forgotten, MADV_DONTNEED)
        forgotten = end
    }
}
