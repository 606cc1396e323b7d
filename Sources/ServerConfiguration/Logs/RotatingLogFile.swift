import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that lines are added to. When it is full it becomes `NAME.1`, the one before `NAME.2`, and so on; older ones
/// than the kept number are removed.
///
/// A file that was moved or removed by somebody else is made anew. Lines are gathered and written by `flush()`.
struct RotatingLogFile: ~Copyable {
    struct Failure: Error, Equatable {
        let reason: String
        /// Lines that were lost by it.
        let lines: Int
    }

    private let path: String
    private let maximumBytes: Int
    private let filesKept: Int
    private var descriptor: Int32 = -1
    private var size = 0
    private var buffer: [UInt8] = []
    private var bufferedLines = 0
    /// After a line that was written in part, so that the next one begins on a line of its own.
    private var isLineBroken = false

    private static let bufferLimit = 1 << 16

    init(path: String, maximumBytes: Int, filesKept: Int) {
        self.path = path
        self.maximumBytes = maximumBytes
        self.filesKept = filesKept
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Adds a line, its end included. A line longer than the file may be has a file of its own.
    mutating func add(_ line: [UInt8]) throws(Failure) {
        try attempt(losing: 1) { (file) throws(SystemError) in
            // The size that an earlier process left is known only then.
            if file.descriptor < 0 { try file.openFile() }
            if file.size + file.buffer.count + line.count > file.maximumBytes {
                try file.writeBuffer()
                if file.size > 0 { try file.rotate() }
            }
            file.buffer.append(contentsOf: line)
            file.bufferedLines += 1
        }
        if buffer.count >= Self.bufferLimit { try flush() }
    }

    mutating func flush() throws(Failure) {
        guard !buffer.isEmpty else { return }
        try attempt(losing: 0) { (file) throws(SystemError) in try file.writeBuffer() }
    }

    /// What is gathered is given up when `body` fails: memory is bounded, and the disk may stay full for hours.
    private mutating func attempt(
        losing linesInHand: Int,
        _ body: (inout RotatingLogFile) throws(SystemError) -> Void
    ) throws(Failure) {
        do {
            try body(&self)
        } catch {
            let failure = Failure(reason: error.reason, lines: bufferedLines + linesInHand)
            buffer.removeAll()
            bufferedLines = 0
            throw failure
        }
    }

    private mutating func openFile() throws(SystemError) {
        closeFile()
        let directory = (path as NSString).deletingLastPathComponent
        if !directory.isEmpty {
            // A directory that cannot be made shows in `open`, with the system's own reason.
            try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SystemError() }
        var status = stat()
        size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    private var isStillInPlace: Bool {
        var open = stat()
        var named = stat()
        return fstat(descriptor, &open) == 0 && stat(path, &named) == 0
            && open.st_ino == named.st_ino && open.st_dev == named.st_dev
    }

    private mutating func writeBuffer() throws(SystemError) {
        guard !buffer.isEmpty else { return }
        if !isStillInPlace { try openFile() }
        if isLineBroken { buffer.insert(UInt8(ascii: "\n"), at: 0) }
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = SystemError()
                isLineBroken = isLineBroken ? written == 0 : written > 0 && buffer[written - 1] != UInt8(ascii: "\n")
                throw error
            }
            written += count
            size += count
        }
        isLineBroken = false
        bufferedLines = 0
        buffer.removeAll(keepingCapacity: buffer.capacity <= 4 * Self.bufferLimit)
    }

    private mutating func rotate() throws(SystemError) {
        closeFile()
        if filesKept == 0 {
            guard unlink(path) == 0 || errno == ENOENT else { throw SystemError() }
            return try openFile()
        }
        // The last one is overwritten, which keeps their number bounded.
        for number in stride(from: filesKept - 1, through: 0, by: -1) {
            let old = number == 0 ? path : "\(path).\(number)"
            guard rename(old, "\(path).\(number + 1)") == 0 || errno == ENOENT else { throw SystemError() }
        }
        try openFile()
    }

    private mutating func closeFile() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        size = 0
    }
}

/// The reason that the last system call gave.
private struct SystemError: Error {
    let reason: String

    init() { reason = String(cString: strerror(errno)) }
}
