import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// What makes a request the same as another: its method, path, query and body.
enum RequestFingerprint {
    /// Reads the body of `request`, and leaves it there to be read again.
    ///
    /// Of an upload (multipart) only the length counts: its body has other boundaries each time, and may be too large to
    /// be held in memory.
    static func make(of request: inout Request, bodyLimit: Int) async throws -> Digest {
        var parts = Digest.Parts()
        parts.add(request.method.rawValue)
        parts.add(request.head.path ?? "")
        if request.isUpload {
            parts.add(request.headers[.contentLength] ?? "")
        } else {
            let body = try await body(of: &request, limit: bodyLimit)
            body.withUnsafeReadableBytes { parts.add($0) }
        }
        return parts.digest()
    }

    private static func body(of request: inout Request, limit: Int) async throws -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw NIOTooManyBytesError(maxBytes: limit)
        }
        do {
            return try await request.collectBody(upTo: limit)
        } catch let error where error is NIOTooManyBytesError || error is CancellationError {
            throw error
        } catch {
            throw IdempotencyRefusal.unreadableBody
        }
    }
}

extension Request {
    fileprivate var isUpload: Bool { headers[.contentType]?.lowercased().hasPrefix("multipart/") ?? false }
}
