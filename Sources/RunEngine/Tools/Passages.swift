import AssistantsAPI
import Retrieval

/// What a search has found, as it is shown to a model: neighbouring chunks of a file are one passage, without the text that
/// both have, and all together have no more tokens than there is room for.
package struct Passages {
    package private(set) var results: [FileSearchCall.Result] = []

    /// Unicode scalars of a passage that needs no quote.
    private static let quotedLength = 300
    /// What stands around a passage.
    private static let frame = 24
    /// A passage that is cut to less is of no use.
    private static let leastTokens = 100

    private struct Place: Hashable {
        var file: String
        var number: Int
    }

    /// - Parameters:
    ///   - chunks: best first. Those that were found in several stores are passages of their own, behind the first of them, if
    ///     there is room.
    ///   - limit: passages at most.
    ///   - tokens: of all passages that differ, at most; the best one is there in any case, cut to it.
    ///   - question: what the quotes of long passages are to answer.
    package init(_ chunks: [FoundChunk], limit: Int, tokens: Int, question: String) {
        var seen: Set<Place> = []
        var (first, again): ([FoundChunk], [FoundChunk]) = ([], [])
        for chunk in chunks {
            if seen.insert(Place(file: chunk.fileID, number: chunk.number)).inserted {
                first.append(chunk)
            } else {
                again.append(chunk)
            }
        }
        var passages = Self.cut(Self.merged(first).prefix(limit), to: tokens)
        for repeated in Self.merged(again) where passages.count < limit {
            let place = passages.lastIndex { $0.fileID == repeated.fileID && $0.chunk.text == repeated.chunk.text }
            guard let place else { continue }
            passages.insert(repeated, at: place + 1)
        }
        results = passages.map { Self.result($0, question: question) }
    }

    private static func result(_ passage: FoundChunk, question: String) -> FileSearchCall.Result {
        let isQuoted = passage.chunk.text.unicodeScalars.count > quotedLength
        let quote = isQuoted ? Quote.best(in: passage.chunk, for: question) : nil
        return FileSearchCall.Result(
            fileID: passage.fileID,
            filename: passage.filename,
            score: passage.score,
            attributes: passage.attributes,
            text: passage.chunk.text,
            pages: passage.chunk.pages,
            quote: quote?.text,
            quotePage: quote?.page
        )
    }

    // MARK: Merging

    private static func merged(_ chunks: [FoundChunk]) -> [FoundChunk] {
        var rows: [[FoundChunk]] = []
        for file in Dictionary(grouping: chunks, by: \.fileID).values {
            for chunk in file.sorted(by: { $0.number < $1.number }) {
                if let last = rows.last?.last, last.fileID == chunk.fileID, last.number + 1 == chunk.number {
                    rows[rows.count - 1].append(chunk)
                } else {
                    rows.append([chunk])
                }
            }
        }
        return rows.compactMap(passage).sorted { left, right in
            // The order of the files is by chance: what scores the same keeps a fixed one.
            (right.score, left.fileID, left.chunk.text) < (left.score, right.fileID, right.chunk.text)
        }
    }

    private static func passage(_ row: [FoundChunk]) -> FoundChunk? {
        guard var passage = row.first else { return nil }
        for next in row.dropFirst() {
            passage.chunk.append(next.chunk)
            passage.score = max(passage.score, next.score)
        }
        return passage
    }

    // MARK: Budget

    private static func cut(_ passages: ArraySlice<FoundChunk>, to budget: Int) -> [FoundChunk] {
        var kept: [FoundChunk] = []
        var room = budget
        for var passage in passages {
            let tokens = TokenEstimate.tokens(in: passage.chunk.text) + frame
            if tokens <= room {
                kept.append(passage)
                room -= tokens
                continue
            }
            guard room >= leastTokens || kept.isEmpty else { break }
            passage.chunk.text = passage.chunk.text.beginning(ofTokens: max(room - frame, 1), outOf: tokens)
            kept.append(passage)
            break
        }
        return kept
    }
}

extension String {
    /// About so many tokens of a text, up to the end of a line or word.
    fileprivate func beginning(ofTokens tokens: Int, outOf all: Int) -> String {
        var share = Double(tokens) / Double(max(all, 1))
        while true {
            let scalars = unicodeScalars.prefix(Int(Double(unicodeScalars.count) * share))
            let end = scalars.lastIndex { $0.properties.isWhitespace } ?? scalars.endIndex
            let text = String(self[..<end])
            if TokenEstimate.tokens(in: text) <= tokens || scalars.count < 16 { return text }
            share *= 0.9
        }
    }
}
