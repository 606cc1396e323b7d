/// How a file is cut into chunks. The strategy `auto` of requests is `default`, and is shown as such.
package struct ChunkingStrategy: Sendable, Equatable {
    package static let allowedTokens = 100...4096
    package static let `default` = ChunkingStrategy(maximumTokens: 800, overlapTokens: 400)

    /// Within `allowedTokens`.
    package var maximumTokens: Int
    /// What a chunk repeats of the one before it; at most half of `maximumTokens`.
    package var overlapTokens: Int

    package init(maximumTokens: Int, overlapTokens: Int) {
        self.maximumTokens = maximumTokens
        self.overlapTokens = overlapTokens
    }
}

extension ChunkingStrategy: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", "static")
        writer.key("static")
        writer.beginObject()
        writer.member("max_chunk_size_tokens", maximumTokens)
        writer.member("chunk_overlap_tokens", overlapTokens)
        writer.endObject()
        writer.endObject()
    }
}
