import CodeInterpreter
import NIOCore

/// The bytes of a file on their way to a runner, read from the disk as the runner takes them.
struct InputBody: AsyncSequence, Sendable {
    let input: StoredInput
    let size: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        let input: StoredInput
        let size: Int
        var offset = 0

        /// - Throws: `CodeRunnerFailure`, and ``RunnerLoss`` where the file has become shorter.
        mutating func next() async throws -> ByteBuffer? {
            guard offset < size else { return nil }
            let bytes = try await input.read(at: offset, atMost: Swift.min(256 << 10, size - offset))
            guard !bytes.isEmpty else { throw RunnerLoss(reason: "a file of the server became shorter") }
            offset += bytes.count
            return ByteBuffer(bytes: bytes)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(input: input, size: size) }
}
