import AssistantsAPI
import Synchronization

/// The instructions that were sent last, as JSON: most calls send the same ones, kilobytes of them.
package final class EncodedInstructions: Sendable {
    private let last = Mutex<(text: String, json: [UInt8])?>(nil)

    package init() {}

    /// A text as a JSON string.
    func json(of text: String) -> [UInt8] {
        last.withLock { last in
            // Compared by where it lies first, which decides nearly always.
            if let last, last.text == text { return last.json }
            var writer = JSONWriter(reservingCapacity: text.utf8.count + 64)
            writer.value(text)
            last = (text, writer.bytes)
            return writer.bytes
        }
    }
}
