import AssistantsAPI
import RunEngine

/// The body of `POST /uploads`.
struct CreateUploadBody {
    let filename: String
    let purpose: FilePurpose
    let bytes: Int
    /// Seconds after which the file will expire; nil for never.
    let fileLifetime: Int?

    private static let mediaTypeLength = 256

    init(_ object: JSONObject, _ limits: FileLimits) throws {
        let members = try RequestMembers(
            object,
            knowing: ["filename", "purpose", "bytes", "mime_type", "expires_after"]
        )
        let name = try members.required("filename")
        filename = try FileFields.filename(try name.nonEmptyText(maximum: .max), name.path)
        purpose = try FileFields.purpose(try members.required("purpose").text(maximum: .max))
        bytes = try members.required("bytes").integer(in: 1...limits.uploadBytes)
        // What it is, is told by the name and by the bytes themselves.
        _ = try members.required("mime_type").nonEmptyText(maximum: Self.mediaTypeLength)
        fileLifetime = try members["expires_after"].map(FileFields.lifetime)
    }
}

/// The body of `POST /uploads/{upload_id}/complete`.
struct CompleteUploadBody {
    let parts: [Identifier<UploadPart>]
    /// Hexadecimal digits.
    let md5: String?

    init(_ object: JSONObject) throws {
        let members = try RequestMembers(object, knowing: ["part_ids", "md5"])
        let ids = try members.required("part_ids")
        parts = try ids.texts(maximum: FileLimits.parts, length: RequestLimits.idLength).map { Identifier($0) }
        guard !parts.isEmpty else { throw OpenAIError.arrayEmpty(ids.path) }
        md5 = try members["md5"]?.text(maximum: RequestLimits.idLength)
    }
}
