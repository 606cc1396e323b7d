/// A part of a file that is sent in parts. Which place it has is said when the upload is completed.
package struct UploadPart: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "part_"

    package var id: Identifier<UploadPart>
    package var createdAt: Timestamp
    package var uploadID: Identifier<Upload>
    package var bytes: Int

    package init(id: Identifier<UploadPart>, createdAt: Timestamp, uploadID: Identifier<Upload>, bytes: Int) {
        self.id = id
        self.createdAt = createdAt
        self.uploadID = uploadID
        self.bytes = bytes
    }
}

extension UploadPart: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "upload.part")
        writer.member("created_at", createdAt)
        writer.member("upload_id", uploadID)
        writer.endObject()
    }
}
