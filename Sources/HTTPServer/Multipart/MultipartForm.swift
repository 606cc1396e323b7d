import HTTPTypes
import Hummingbird
import NIOCore

/// The form in the body of a request, read as it comes in.
enum MultipartForm {
    /// Hands over what the form consists of, in its order. What comes next is read from the connection only once `body` has
    /// dealt with what came before.
    ///
    /// - Parameter limit: bytes of the whole body at most.
    /// - Throws: `MultipartFault`, `NIOTooManyBytesError`, what `body` throws, and an `OpenAIError` when the body breaks off.
    static func forEachEvent(
        of request: Request,
        limit: Int,
        _ body: (MultipartParser.Event) async throws -> Void
    ) async throws {
        var parser = MultipartParser(boundary: try boundary(of: request))
        var count = 0
        var chunks = request.body.makeAsyncIterator()
        while let chunk = try await next(&chunks) {
            count += chunk.readableBytes
            guard count <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
            parser.receive(chunk)
            while let event = try parser.next() { try await body(event) }
        }
        try parser.finish()
    }

    private static func next(_ chunks: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await chunks.next()
        } catch let error as CancellationError {
            throw error
        } catch {
            // The client broke off, or sent what is no HTTP.
            throw OpenAIError(.badRequest, "The body of your request could not be read to its end.")
        }
    }

    /// What parts the form: 1 to 70 printable characters.
    static func boundary(of request: Request) throws(MultipartFault) -> String {
        let field = request.headers[.contentType]
        guard let type = field.flatMap({ HeaderParameters($0.utf8) }), type.value == "multipart/form-data" else {
            throw .otherType(field)
        }
        guard let boundary = type["boundary"], (1...70).contains(boundary.utf8.count),
            boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), boundary.last != " "
        else { throw .illegalBoundary }
        return boundary
    }
}
