/// What an operator decides about files.
package struct FileLimits: Sendable {
    /// Bytes of a part of an upload at most, as the service has it.
    package static let partBytes = 64 << 20
    /// Parts of an upload at most. No bound is published; 8 GB have 128 parts of the size that SDKs choose.
    package static let parts = 10_000

    /// Bytes of a file that is sent at once.
    package var fileBytes: Int
    /// Bytes of a file that is sent in parts.
    package var uploadBytes: Int
    /// Bytes of an image that is shown to a model.
    package var imageBytes: Int
    /// Whether the bytes of files can be had back whatever they were uploaded for.
    package var allowsAllDownloads: Bool

    package init(
        fileBytes: Int = 512 << 20,
        uploadBytes: Int = 8 << 30,
        imageBytes: Int = 20 << 20,
        allowsAllDownloads: Bool = false
    ) {
        self.fileBytes = fileBytes
        self.uploadBytes = uploadBytes
        self.imageBytes = imageBytes
        self.allowsAllDownloads = allowsAllDownloads
    }
}
