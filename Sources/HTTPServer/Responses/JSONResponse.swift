import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore

/// Makes answers of JSON.
enum JSONResponse {
    static func make(
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        _ write: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter()
        write(&writer)
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes))
        )
    }

    static func make(_ value: some JSONWritable) -> Response { make { $0.value(value) } }
}
