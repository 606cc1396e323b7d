import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// The answer to what is no HTTP. There is no request then that a route could answer.
enum FaultAnswer {
    private static let date = ResponseDate()

    static func parts(for fault: any Error) -> [HTTPResponsePart] {
        // The parser does not tell a long URL from long headers.
        let isTooLarge = (fault as? HTTPParserError) == .headerOverflow
        let body = ByteBuffer(
            string: isTooLarge
                ? #"{"detail":"The head of the request is too large."}"#
                : #"{"detail":"The request is not valid HTTP."}"#
        )
        var head = HTTPResponse(status: isTooLarge ? .requestHeaderFieldsTooLarge : .badRequest)
        head.headerFields[.contentType] = "application/json"
        head.headerFields[.contentLength] = String(body.readableBytes)
        head.headerFields[.requestID] = APIRequestContext.makeRequestID()
        head.headerFields[.date] = date.text
        return [.head(head), .body(body), .end(nil)]
    }
}
