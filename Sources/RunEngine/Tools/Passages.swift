import AssistantsAPI
import Retrieval

/// What a search has found, as it is shown to a model: neighbouring chunks of a file are one passage, without the text that
/// both have, and all together have no more tokens than there is room for.
package struct Passages {
    package private(set) var results: [FileSearchCall.Result] = []

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
    package init(_ chunks: [FoundChunk], limit: Int, tokens: Int) {
        var seen: Set<Place> = []
        var (first, again): ([FoundChunk], [FoundChunk]) = ([], [])
        for chunk in chunks {
            if seen.insert(Place(file: chunk.fileID, number: chunk.number)).inserted {
                first.append(chunk)
            } else {
                again.append(chunk)
            }
        }
        results = Self.cut(Self.merged(first).prefix(limit), to: tokens)
        for repeated in Self.merged(again) where results.count < limit {
            guard let place = results.lastIndex(where: { $0.fileID == repeated.fileID && $0.text == repeated.text })
            else { continue }
            results.insert(repeated, at: place + 1)
        }
    }

    // MARK: Merging

    private static func merged(_ chunks: [FoundChunk]) -> [FileSearchCall.Result] {
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
            (right.score, left.fileID, left.text) < (left.score, right.fileID, right.text)
        }
    }

    private static func passage(_ row: [FoundChunk]) -> FileSearchCall.Result? {
        guard let first = row.first else { return nil }
        var text = first.chunk.text
        var pages = first.chunk.pages
        for next in row.dropFirst() {
            text += String(decoding: next.chunk.text.utf8.dropFirst(next.chunk.repeatedBytes), as: UTF8.self)
            if let more = next.chunk.pages {
                pages = pages.map { min($0.lowerBound, more.lowerBound)...max($0.upperBound, more.upperBound) } ?? more
            }
        }
        return FileSearchCall.Result(
            fileID: first.fileID,
            filename: first.filename,
            score: row.map(\.score).max() ?? 0,
            attributes: first.attributes,
            text: text,
            pages: pages
        )
    }

    // MARK: Budget

    private static func cut(_ passages: ArraySlice<FileSearchCall.Result>, to budget: Int) -> [FileSearchCall.Result] {
        var kept: [FileSearchCall.Result] = []
        var room = budget
        for var passage in passages {
            let tokens = TokenEstimate.tokens(in: passage.text) + frame
            if tokens <= room {
                kept.append(passage)
                room -= tokens
                continue
            }
            guard room >= leastTokens || kept.isEmpty else { break }
            passage.text = passage.text.beginning(ofTokens: max(room - frame, 1), outOf: tokens)
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
