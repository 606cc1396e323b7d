import AssistantsAPI
import NIOCore

/// The JSON body of a request to a model, in pieces that are sent one behind the other.
///
/// A long conversation is a few long pieces that were encoded before. They go to the connection as they are: to copy them for
/// each turn would cost more than all else that a turn takes.
package struct RequestBody: Sendable {
    package private(set) var pieces: [ByteBuffer] = []

    /// Messages of fewer bytes are copied, which is cheaper than a piece of their own.
    fileprivate static let shortestPiece = 16 << 10

    init() {}

    /// In bytes.
    package var size: Int { pieces.reduce(0) { $0 + $1.readableBytes } }

    /// Appends messages that are JSON already, joined by commas. They stand behind what `writer` has written so far.
    mutating func append(_ messages: ByteBuffer, behind writer: inout JSONWriter) {
        guard messages.readableBytes > 0 else { return }
        if messages.readableBytes < Self.shortestPiece {
            writer.raw(messages.readableBytesView)
        } else {
            // For the comma before them, and that before what comes behind.
            writer.raw(EmptyCollection())
            append(&writer)
            pieces.append(messages)
        }
    }

    /// Appends what `writer` has written since the last piece.
    mutating func append(_ writer: inout JSONWriter) {
        let bytes = writer.take()
        if !bytes.isEmpty { pieces.append(ByteBuffer(bytes: bytes)) }
    }
}

extension ChatRequest {
    /// About how many bytes of the conversation are copied into the body.
    var sizeToCopy: Int {
        items.reduce(instructions?.text.utf8.count ?? 0) { size, item in
            switch item {
            case .encoded(let messages):
                size + (messages.readableBytes < RequestBody.shortestPiece ? messages.readableBytes + 1 : 0)
            case .toolOutput(_, let output): size + output.utf8.count + 96
            case .message, .toolCalls: size + 512
            }
        }
    }
}
