import AssistantsAPI
import Retrieval
import Storage

/// The text that was read from a file in a store, as its chunks have it, without what they repeat.
package struct StoredText: Sendable {
    let file: Identifier<File>
    /// Nil when there is no text.
    let index: StoreIndex?

    /// Chunks that are in memory at the same time.
    private static let batch = 100

    /// Calls `body` with the texts of some chunks at a time, in their order.
    package func forEachPart(_ body: ([String]) async throws -> Void) async throws {
        guard let index else { return }
        var count = 0
        while true {
            let last = count > 0 ? count - 1 : nil
            let chunks = try await index.chunks(of: file, after: last, limit: Self.batch)
            guard !chunks.isEmpty else { return }
            try await body(chunks.map(\.newText))
            count += chunks.count
            if chunks.count < Self.batch { return }
        }
    }
}

extension TextChunk {
    /// The chunk without what the one before it ended with.
    fileprivate var newText: String {
        repeatedBytes > 0 ? String(decoding: text.utf8.dropFirst(repeatedBytes), as: UTF8.self) : text
    }
}
