import Foundation

/// A file descriptor that is closed with its last reference. None is handed to children unless named.
final class Descriptor: Sendable {
    let number: Int32

    init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// - Throws: ``SandboxFailure``.
    static func pipe() throws(SandboxFailure) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { throw SandboxFailure(system: "pipe", error: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
    }

    /// A pipe that holds these bytes and nothing after them.
    ///
    /// - Parameter bytes: At most ``ConfinedProgram/DataFile/maximumSize``.
    static func holding(_ bytes: [UInt8]) throws(SandboxFailure) -> Descriptor {
        let (read, write) = try pipe()
        #if os(Linux)
            let setPipeSize: Int32 = 1031
            if bytes.count > 65_536 { _ = fcntl(write.number, setPipeSize, Int32(bytes.count)) }
        #endif
        write.doNotWait()
        // A pipe takes all that it has room for at once.
        let written = bytes.withUnsafeBytes { Foundation.write(write.number, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw SandboxFailure(system: "write", error: written < 0 ? errno : EAGAIN) }
        return read
    }

    func doNotWait() { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) }

    enum Writing {
        /// So many bytes, of a descriptor that does not wait; none where there is no room at present.
        case took(Int)
        /// Nobody reads it any more.
        case end
    }

    /// Writes what there is room for now.
    func write(_ bytes: ArraySlice<UInt8>) -> Writing {
        let count = bytes.withUnsafeBytes { Foundation.write(number, $0.baseAddress, $0.count) }
        if count >= 0 { return .took(count) }
        return errno == EAGAIN || errno == EINTR ? .took(0) : .end
    }

    enum Reading {
        case bytes([UInt8])
        case end
        /// Nothing is there at present.
        case nothing
    }

    /// What can be read now, of a descriptor that does not wait.
    func read(atMost count: Int) -> Reading {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let got = Foundation.read(number, buffer.baseAddress, count)
            failure = got < 0 ? errno : 0
            filled = max(0, got)
        }
        if !bytes.isEmpty { return .bytes(bytes) }
        return failure == EAGAIN || failure == EINTR ? .nothing : .end
    }
}
