import Foundation

/// The bytes of a file, mapped into memory for as long as a closure runs: the system reads pages as they are needed and
/// lets go of them again, so a file of any size costs little memory. The file must not become shorter meanwhile.
enum MappedBytes {
    static func withFile<Value>(
        at path: String,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataLoadError.unreadable(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw DataLoadError.unreadable(reason: "it is no plain file")
        }
        let size = Int(status.st_size)
        if size == 0 { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw DataLoadError.unreadable(reason: String(cString: strerror(errno)))
        }
        defer { munmap(start, size) }
        madvise(start, size, MADV_SEQUENTIAL)
        return try body(UnsafeRawBufferPointer(start: start, count: size))
    }
}
