/// A file that is sent in parts.
package struct Upload: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "upload_"
    /// Parts may come for so long.
    package static let lifetime: Duration = .seconds(3600)

    package enum Status: String, Sendable, CaseIterable { case pending, completed, cancelled, expired }

    package var id: Identifier<Upload>
    package var createdAt: Timestamp
    package var filename: String
    package var purpose: FilePurpose
    /// What the parts must have together.
    package var bytes: Int
    package var status: Status
    package var expiresAt: Timestamp
    /// Seconds after its creation when the file expires; nil for never.
    package var fileLifetime: Int?
    /// What the upload became when it was completed. It may have been deleted since.
    package var file: File?

    package init(
        id: Identifier<Upload>,
        createdAt: Timestamp,
        filename: String,
        purpose: FilePurpose,
        bytes: Int,
        status: Status = .pending,
        expiresAt: Timestamp,
        fileLifetime: Int? = nil,
        file: File? = nil
    ) {
        self.id = id
        self.createdAt = createdAt
        self.filename = filename
        self.purpose = purpose
        self.bytes = bytes
        self.status = status
        self.expiresAt = expiresAt
        self.fileLifetime = fileLifetime
        self.file = file
    }

    /// The upload as it is at a time: one whose hour is over is expired, noted or not.
    package func standing(at time: Timestamp) -> Upload {
        var upload = self
        if status == .pending, expiresAt <= time { upload.status = .expired }
        return upload
    }
}

extension Upload: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "upload")
        writer.member("bytes", bytes)
        writer.member("created_at", createdAt)
        writer.member("filename", filename)
        writer.member("purpose", purpose.rawValue)
        writer.member("status", status.rawValue)
        writer.member("expires_at", expiresAt)
        writer.member("file", file)
        writer.endObject()
    }
}
