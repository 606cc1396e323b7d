import AssistantsAPI
import Hummingbird

extension JSONResponse {
    /// What a deletion answers.
    static func deleted(_ id: String, _ object: String) -> Response {
        make { writer in
            writer.beginObject()
            writer.member("id", id)
            writer.member("object", object)
            writer.member("deleted", true)
            writer.endObject()
        }
    }
}
