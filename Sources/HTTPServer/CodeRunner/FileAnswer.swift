import CodeInterpreter
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The answer with a file, which begins when the first of its bytes are there: until then it can still be refused.
struct FileAnswer: ~Copyable {
    private var writer: ResponseWriter?
    private var body: (any ResponseBodyWriter)?

    init(_ writer: consuming ResponseWriter) { self.writer = consume writer }

    mutating func write(_ bytes: [UInt8]) async throws {
        try await begin()
        try await body?.write(ByteBuffer(bytes: bytes))
    }

    /// Ends the file, an empty one too.
    mutating func finish() async throws {
        try await begin()
        guard let body = body.take() else { return }
        try await body.finish(nil)
    }

    /// The writer of an answer that has not begun; nil where a server gets bytes already.
    mutating func givenUp() -> ResponseWriter? { writer.take() }

    private mutating func begin() async throws {
        guard let writer = writer.take() else { return }
        body = try await writer.writeHead(
            HTTPResponse(status: .ok, headerFields: [.contentType: "application/octet-stream"])
        )
    }
}
