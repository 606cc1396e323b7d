import Crypto
import NIOCore

/// Bytes on their way to the disk: written to a file of their own as they come, and digested in passing.
package actor IncomingContent {
    /// So many bytes are gathered for one write.
    private static let writeSize = 256 << 10

    private let path: String
    private var file: DiskFile?
    private var pending = ByteBuffer()
    private var hash = Digest.Running()
    /// Nil when nobody will ask for it.
    private var md5: Insecure.MD5?
    /// How many came so far.
    package private(set) var count = 0

    init(path: String, isChecked: Bool) {
        self.path = path
        if isChecked { md5 = Insecure.MD5() }
    }

    /// Takes more bytes. Returns once there is room for the next ones.
    package func write(_ buffer: ByteBuffer) async throws {
        count += buffer.readableBytes
        buffer.withUnsafeReadableBytes { bytes in
            hash.add(bytes)
            md5?.update(bufferPointer: bytes)
        }
        pending.writeImmutableBuffer(buffer)
        if pending.readableBytes >= Self.writeSize { try await flush() }
    }

    /// The digest of what came so far.
    package var digest: Digest { hash.digest() }

    /// The MD5 of what came so far, in hexadecimal digits; nil when it was not asked for at the start.
    package var md5Text: String? {
        md5?.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// Returns when all is on disk, under its provisional name.
    func finish() async throws {
        try await flush()
        let file = file
        try await DiskWork.run { try file?.synchronize() }
        self.file = nil
    }

    /// Moves the file, which is finished, to the name that it keeps.
    func move(to target: String) async throws {
        try await DiskWork.run { [path] in try DiskFile.move(path, to: target) }
    }

    /// Removes what was not moved.
    func discard() async throws {
        file = nil
        try await DiskWork.run { [path] in try DiskFile.remove(path) }
    }

    private func flush() async throws {
        let (buffer, open) = (pending, file)
        pending = ByteBuffer()
        file = try await DiskWork.run { [path] in
            let file = try open ?? DiskFile(creating: path)
            try file.append(buffer)
            return file
        }
    }
}
