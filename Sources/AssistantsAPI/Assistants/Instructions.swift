import Foundation
import Synchronization

/// The instructions of an assistant, with what is made of them: they are kilobytes, most likely, and every object of a run
/// shows them and every model is told them. A class, so that it is made once for an assistant and all its runs.
package final class Instructions: Sendable, Equatable {
    package let text: String

    private let made = Mutex((json: nil as [UInt8]?, tokens: nil as Int?))

    package init(_ text: String) { self.text = text }

    /// The text as a JSON string.
    package var json: [UInt8] {
        made.withLock { made in
            if let json = made.json { return json }
            var writer = JSONWriter(reservingCapacity: text.utf8.count + text.utf8.count / 8 + 16)
            writer.value(text)
            made.json = writer.bytes
            return writer.bytes
        }
    }

    /// How many tokens the text has by `estimate`, which is asked once and must always be the same.
    package func tokens(by estimate: (String) -> Int) -> Int {
        made.withLock { made in
            if let tokens = made.tokens { return tokens }
            let tokens = estimate(text)
            made.tokens = tokens
            return tokens
        }
    }

    /// Whether the bytes are the same: strings are equal by their characters, though Korean of decomposed syllables is another text
    /// to who gets it back. It is also what can be decided fast.
    package static func == (left: Instructions, right: Instructions) -> Bool {
        if left === right { return true }
        var (left, right) = (left.text, right.text)
        return left.withUTF8 { left in
            right.withUTF8 { right in
                guard left.count == right.count else { return false }
                guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
                return memcmp(leftStart, rightStart, left.count) == 0
            }
        }
    }
}

extension Instructions: JSONWritable {
    package func write(to writer: inout JSONWriter) { writer.raw(json) }
}
