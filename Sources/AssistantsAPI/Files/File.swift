/// A file that was uploaded, or made by a tool: what is known of it beside its bytes.
package struct File: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "file-"

    package var id: Identifier<File>
    package var createdAt: Timestamp
    /// As it was sent. It is data, and never a path of this machine.
    package var filename: String
    package var purpose: FilePurpose
    package var bytes: Int
    /// When it is deleted by itself; nil for never.
    package var expiresAt: Timestamp?

    package init(
        id: Identifier<File>,
        createdAt: Timestamp,
        filename: String,
        purpose: FilePurpose,
        bytes: Int,
        expiresAt: Timestamp? = nil
    ) {
        self.id = id
        self.createdAt = createdAt
        self.filename = filename
        self.purpose = purpose
        self.bytes = bytes
        self.expiresAt = expiresAt
    }

    /// Whether its time is over; then it is as if it were not there.
    package func isExpired(at time: Timestamp) -> Bool { expiresAt.map { $0 <= time } ?? false }

    /// What follows the last point of its name, in lower case and with the point, as in `.pdf`; empty where there is none.
    package var fileExtension: String {
        let name = filename.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let point = name.lastIndex(of: "."), point > name.startIndex else { return "" }
        return name[point...].lowercased()
    }
}

extension File: JSONWritable {
    /// The file object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    /// Its members alone.
    package func writeMembers(to writer: inout JSONWriter) {
        writer.member("object", "file")
        writer.member("id", id)
        writer.member("purpose", purpose.rawValue)
        writer.member("filename", filename)
        writer.member("bytes", bytes)
        writer.member("created_at", createdAt)
        writer.member("expires_at", expiresAt)
        // Nothing is done to a file after its upload.
        writer.member("status", "processed")
        writer.key("status_details")
        writer.null()
    }
}
