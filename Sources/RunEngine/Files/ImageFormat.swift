import AssistantsAPI

/// The forms of images that models take.
package enum ImageFormat: String, Sendable, CaseIterable {
    case jpeg, png, gif, webp

    package var mediaType: String { "image/\(rawValue)" }

    /// The endings of such files, in the order in which the service lists them.
    package static let extensions = [".jpeg", ".jpg", ".png", ".gif", ".webp"]

    /// The form that the first bytes of an image tell, whatever its name says.
    init?(startingWith bytes: some Collection<UInt8>) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
            self = .gif
        } else if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webp
        } else {
            return nil
        }
    }
}
