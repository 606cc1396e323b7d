import AssistantsAPI
import HTTPTypes
import Hummingbird
import Storage

/// Answers with the bytes of a file. They are read as the client takes them.
enum FileResponse {
    static func make(_ content: KeptContent, filename: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream",
                .contentDisposition: disposition(filename),
                // Whatever is in the file, no browser is to run it.
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(contentLength: content.count) { writer in
                try await content.forEachPiece { try await writer.write($0) }
                try await writer.finish(nil)
            }
        )
    }

    /// Names the file in a form that every client reads, and once more whole when that one is not.
    ///
    /// - Parameter isShown: whether it is to be shown rather than saved.
    static func disposition(_ filename: String, isShown: Bool = false) -> String {
        // Files that code made have the paths that it gave them.
        let filename = filename.hasPrefix("/") ? String(filename.split(separator: "/").last ?? "file") : filename
        let plain = String(
            filename.unicodeScalars.map { scalar -> Character in
                switch scalar {
                case "\"", "\\", "/": "_"
                default: (0x20...0x7E).contains(scalar.value) ? Character(scalar) : "_"
                }
            }
        )
        var disposition = "\(isShown ? "inline" : "attachment"); filename=\"\(plain)\""
        if plain != filename { disposition += "; filename*=UTF-8''\(filename.percentEncoded)" }
        return disposition
    }
}
