import HTTPTypes
import Hummingbird
import NIOCore
import RunEngine
import Storage

/// What makes a request the same as another: its method, path, query and body.
enum RequestFingerprint {
    case whole(Digest)
    /// Of the upload of a file only method, path and query are known before it is received. Its body, which may be larger
    /// than memory and is written differently each time, is compared by what its form says.
    case head(Digest, form: FileForm.Shape)

    /// What is known before the request is carried out.
    var beforehand: Digest {
        switch self {
        case .whole(let digest), .head(let digest, _): digest
        }
    }

    /// Nil when it depends on a form that is not read yet.
    var whole: Digest? { if case .whole(let digest) = self { digest } else { nil } }

    /// Reads the body of `request`, unless it is a form, and leaves it there to be read again.
    ///
    /// Of other forms, which pass through to the backend, only the length counts.
    static func make(
        of request: inout Request,
        bodyLimit: Int,
        fileLimits: FileLimits
    ) async throws -> RequestFingerprint {
        var parts = Digest.Parts()
        parts.add(request.method.rawValue)
        parts.add(request.head.path ?? "")
        if request.isForm {
            if let shape = FileForm.Shape(of: request, fileLimits) { return .head(parts.digest(), form: shape) }
            parts.add(request.headers[.contentLength] ?? "")
        } else {
            let body = try await body(of: &request, limit: bodyLimit)
            body.withUnsafeReadableBytes { parts.add($0) }
        }
        return .whole(parts.digest())
    }

    /// Whether the request, whose body is read for it where that was not done yet, is the one that was carried out.
    func matches(_ earlier: IdempotencyRecord, _ request: Request) async throws -> Bool {
        switch self {
        case .whole(let digest): earlier.fingerprint == digest.hexadecimal
        case .head(_, let shape):
            try await FileForm.fingerprint(of: request, shape).hexadecimal == earlier.fingerprint
        }
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
    fileprivate var isForm: Bool { headers[.contentType]?.lowercased().hasPrefix("multipart/") ?? false }
}
