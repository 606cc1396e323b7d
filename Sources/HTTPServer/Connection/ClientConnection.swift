import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// A client's connection, as the task sees it that answers its requests.
struct ClientConnection: ServerChildChannelValue {
    let channel: any Channel
    let inbox: RequestInbox
    let reader: NIOLoopBound<RequestReader>

    /// Sends an answer. Returns when all of it is on its way; throws when the client has left, or the answer broke off.
    func send(_ response: Response) async throws {
        let length = response.body.contentLength
        var writer = AnswerWriter(connection: self, head: response.head, length: length)
        // What comes bit by bit may let wait for its first one.
        if length == nil { try await writer.begin() }
        try await response.body.write(writer)
    }

    /// Takes no more requests, and gives the connection up.
    func cancel() { channel.eventLoop.execute { reader.value.cancel() } }

    /// Closes the connection, as what was sent of an answer is all there will be of it.
    func abort() { channel.close(promise: nil) }

    fileprivate func write(_ parts: [HTTPResponsePart]) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                channel.eventLoop.execute { reader.value.write(parts, then: continuation) }
            }
        } onCancel: {
            cancel()
        }
    }

    fileprivate func finish(_ parts: [HTTPResponsePart]) {
        channel.eventLoop.execute { reader.value.finish(parts) }
    }
}

/// Writes an answer; one that is there at once leaves in one piece.
private struct AnswerWriter: ResponseBodyWriter {
    let connection: ClientConnection
    /// What has not been sent yet.
    var waiting: [HTTPResponsePart]
    /// Bytes of the body; nil when they are not known.
    let length: Int?

    init(connection: ClientConnection, head: HTTPResponse, length: Int?) {
        self.connection = connection
        self.length = length
        waiting = [.head(head)]
    }

    mutating func begin() async throws {
        defer { waiting = [] }
        try await connection.write(waiting)
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        waiting.append(.body(buffer))
        if buffer.readableBytes != length { try await begin() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        connection.finish(waiting + [.end(trailingHeaders)])
    }
}
