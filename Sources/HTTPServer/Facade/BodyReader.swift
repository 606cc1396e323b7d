import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads the body of a request as a JSON object, or says in FastAPI's words why it is none.
struct BodyReader: Sendable {
    /// Bytes at most.
    let limit: Int

    /// The body's members; an absent or empty body has none, nor has null.
    func optionalObject(of request: Request) async throws -> Fields {
        guard let value = try await value(of: request), !value.isNull else { return Fields(JSONObject()) }
        return try fields(value)
    }

    /// The body's members.
    func object(of request: Request) async throws -> Fields {
        guard let value = try await value(of: request) else {
            throw FacadeError.invalid([.init(location: [.name("body")], message: "Field required", type: "missing")])
        }
        return try fields(value)
    }

    private func fields(_ value: JSONValue) throws -> Fields {
        guard let object = value.objectValue else {
            throw FacadeError.invalid([
                .init(
                    location: [.name("body")],
                    message: "Input should be a valid dictionary or object to extract fields from",
                    type: "model_attributes_type"
                )
            ])
        }
        return Fields(object)
    }

    private func value(of request: Request) async throws -> JSONValue? {
        let length = request.headers.value(of: .contentLength).flatMap { Int($0) }
        if let length, length > limit { throw tooLarge }
        var body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error as CancellationError {
            throw error
        } catch {
            // The client broke off, or sent what is no HTTP.
            throw FacadeError(.badRequest, "The body of the request could not be read to its end.")
        }
        body.skipByteOrderMark()
        guard body.readableBytes > 0 else { return nil }
        try checkMediaType(request)
        do {
            return try body.withUnsafeReadableBytes { bytes in try JSONValue(parsing: bytes) }
        } catch let error as JSONParsingError {
            throw FacadeError.invalid([
                .init(
                    location: [.name("body"), .index(error.offset)],
                    message: "JSON decode error: \(error.reason)",
                    type: "json_invalid"
                )
            ])
        }
    }

    private var tooLarge: FacadeError {
        FacadeError(.contentTooLarge, "The body of the request is larger than \(limit) bytes.")
    }

    private func checkMediaType(_ request: Request) throws {
        guard let type = request.headers.value(of: .contentType), type != "application/json" else { return }
        let name = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard name == "application/json" || name.hasSuffix("+json") else {
            throw FacadeError(
                .unsupportedMediaType,
                "The body must be JSON (content-type: application/json), not \(name)."
            )
        }
    }
}
