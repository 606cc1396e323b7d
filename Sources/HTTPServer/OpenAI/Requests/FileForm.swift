import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore
import RunEngine
import Storage

/// A form with one file and maybe a few texts, in whatever order they come. The file's bytes go where the reader sends
/// them; the texts are short.
struct FileForm {
    /// Which fields a form has, and how large its file may be.
    struct Shape: Sendable {
        /// The field that is the file.
        let file: String
        /// Whether the file must have a name.
        let isNamed: Bool
        let texts: [String]
        /// Bytes of the file at most.
        let limit: Int
        /// What is said of a file without bytes.
        let refusalOfNothing: String

        static func file(_ limits: FileLimits) -> Shape {
            Shape(
                file: "file",
                isNamed: true,
                texts: ["purpose", "expires_after[anchor]", "expires_after[seconds]"],
                limit: limits.fileBytes,
                refusalOfNothing: "File is empty."
            )
        }

        /// A part of an upload.
        static let part = Shape(
            file: "data",
            isNamed: false,
            texts: [],
            limit: FileLimits.partBytes,
            refusalOfNothing: "Part is empty."
        )

        /// Bytes of the whole form at most: what is not the file is small.
        var bodyLimit: Int { limit + (1 << 20) }
    }

    private static let textLimit = 64 << 10

    /// The texts by their fields.
    private(set) var texts: [String: String] = [:]
    /// As it was sent; nil when no file has come.
    private(set) var filename: String?

    private let shape: Shape
    private var hash: (form: Digest.Parts, file: Digest.Running)?
    /// The part that is being read.
    private var current: (field: String, text: ByteBuffer, count: Int)?

    private init(_ shape: Shape, isFingerprinted: Bool) {
        self.shape = shape
        if isFingerprinted { hash = (Digest.Parts(), Digest.Running()) }
    }

    /// Reads the form of a request, and hands the file's bytes to `write` as they come. A request with an
    /// `Idempotency-Key` is recognised by what was read from now on.
    static func read(
        _ request: Request,
        _ shape: Shape,
        write: (ByteBuffer) async throws -> Void
    ) async throws -> FileForm {
        guard let idempotent = IdempotentRequest.current else {
            return try await read(request, shape, isFingerprinted: false, write: write)
        }
        let form = try await read(request, shape, isFingerprinted: true, write: write)
        idempotent.recognise(by: form.fingerprint(of: request))
        return form
    }

    /// What makes a request the same as another: its path, the fields of its form and the bytes of its file. How the form
    /// is written, which differs each time, is no part of it.
    static func fingerprint(of request: Request, _ shape: Shape) async throws -> Digest {
        let form = try await read(request, shape, isFingerprinted: true) { _ in }
        return form.fingerprint(of: request)
    }

    private static func read(
        _ request: Request,
        _ shape: Shape,
        isFingerprinted: Bool,
        write: (ByteBuffer) async throws -> Void
    ) async throws -> FileForm {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > shape.bodyLimit {
            // Another media type is the better reason.
            _ = try MultipartForm.boundary(of: request)
            throw tooLarge(shape)
        }
        var form = FileForm(shape, isFingerprinted: isFingerprinted)
        do {
            try await MultipartForm.forEachEvent(of: request, limit: shape.bodyLimit) { event in
                switch event {
                case .part(let header): try form.begin(header)
                case .content(let bytes): if let bytes = try form.take(bytes) { try await write(bytes) }
                case .partEnded: try form.end()
                }
            }
        } catch is NIOTooManyBytesError {
            throw tooLarge(shape)
        }
        return form
    }

    private static func tooLarge(_ shape: Shape) -> OpenAIError {
        OpenAIError(
            .contentTooLarge,
            "Invalid '\(shape.file)': too large. Expected at most \(shape.limit) bytes.",
            param: shape.file
        )
    }

    // MARK: Parts

    private mutating func begin(_ header: PartHeader) throws {
        let field = header.name
        guard field == shape.file || shape.texts.contains(field) else { throw OpenAIError.unknownParameter(field) }
        guard texts[field] == nil, field != shape.file || filename == nil else {
            throw OpenAIError.invalidValue("Invalid '\(field)': it is there more than once.", field)
        }
        if field == shape.file {
            guard header.filename != nil || !shape.isNamed else {
                let text = "Invalid '\(field)': expected a file, but its part has no filename."
                throw OpenAIError.invalidValue(text, field)
            }
            filename = header.filename ?? ""
        }
        hash?.form.add(field)
        current = (field, ByteBuffer(), 0)
    }

    /// Returns what belongs to the file.
    private mutating func take(_ bytes: ByteBuffer) throws -> ByteBuffer? {
        guard let field = current?.field else { return nil }
        current?.count += bytes.readableBytes
        guard field == shape.file else {
            current?.text.writeImmutableBuffer(bytes)
            let length = current?.text.readableBytes ?? 0
            guard length <= Self.textLimit else {
                throw OpenAIError.stringTooLong(field, maximum: Self.textLimit, got: length)
            }
            return nil
        }
        guard current?.count ?? 0 <= shape.limit else { throw Self.tooLarge(shape) }
        if hash != nil { bytes.withUnsafeReadableBytes { hash?.file.add($0) } }
        return bytes
    }

    private mutating func end() throws {
        guard let (field, text, count) = current else { return }
        current = nil
        guard field != shape.file else {
            guard count > 0 else { throw OpenAIError(.badRequest, shape.refusalOfNothing, param: field) }
            hash?.form.add(filename ?? "")
            return
        }
        texts[field] = String(buffer: text)
        hash?.form.add(String(buffer: text))
    }

    private func fingerprint(of request: Request) -> Digest {
        var parts = hash?.form ?? Digest.Parts()
        if let file = hash?.file.digest() { parts.add(file.hexadecimal) }
        parts.add(request.head.path ?? "")
        return parts.digest()
    }
}

extension FileForm.Shape {
    /// The form that a request brings when it is to upload something; nil for any other request.
    init?(of request: Request, _ limits: FileLimits) {
        self.init(path: request.uri.path, limits)
    }

    init?(path: String, _ limits: FileLimits) {
        let steps = path.split(separator: "/")
        if steps.last == "files" {
            self = .file(limits)
        } else if steps.last == "parts", steps.dropLast(2).last == "uploads" {
            self = .part
        } else {
            return nil
        }
    }
}
