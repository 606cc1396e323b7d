import Foundation
import GRDB
import Synchronization

/// Ranks chunks by the words that they have in common with a question (BM25).
///
/// Term by term: the chunks that have it get what it is worth. That visits every chunk with any of the terms, once for
/// each, and leaves out terms that almost every chunk has, which are most of the work and say next to nothing.
struct KeywordRanking {
    /// The share of chunks with a term above which it is left out, if there are others.
    private static let frequentShare = 0.3
    /// In a small store all terms are looked at.
    private static let frequentCount = 1000
    private static let imaginedChunks = 10

    let map: StoreMap
    let runs: [StoreMap.Run]
    let frequentTerms: FrequentTerms

    /// What every chunk has of the question.
    func scores(for query: QueryTerms, in db: GRDB.Database) throws -> KeywordScores {
        var scores = KeywordScores(map: map, runs: runs)
        guard !runs.isEmpty else { return scores }
        let postings = TermPostings()
        let most = max(Self.frequentCount, Int(Double(map.chunkCount) * Self.frequentShare))
        var leftOut: [QueryTerms.Term] = []
        for term in query.terms {
            if !frequentTerms.contains(term.text, chunks: map.chunkCount) {
                try postings.find(term.text, limit: most, in: db)
                if !postings.isCut {
                    scores.add(postings, weight: worth(term, in: postings.count))
                    continue
                }
                frequentTerms.insert(term.text, chunks: map.chunkCount)
            }
            leftOut.append(term)
        }
        if scores.isEmpty {
            for term in leftOut.prefix(4) {
                try postings.find(term.text, limit: .max, in: db)
                scores.add(postings, weight: worth(term, in: postings.count))
            }
        } else {
            for term in leftOut { scores.addMissing(weight: worth(term, in: most)) }
        }
        return scores
    }

    /// What a term counts that so many chunks have. In a store of a few chunks a term that all of them have still counts
    /// something, as if there were some more without it.
    private func worth(_ term: QueryTerms.Term, in count: Int) -> Float {
        let total = Double(max(map.chunkCount, count) + Self.imaginedChunks)
        return Float(term.weight * log(1 + (total - Double(count) + 0.5) / (Double(count) + 0.5)))
    }
}

/// Terms that were found to be in too many chunks to be looked up again soon.
final class FrequentTerms: Sendable {
    private struct Known {
        var terms: Set<String> = []
        /// Of the store when the first of them was found.
        var chunks = 0
    }

    private static let capacity = 10_000

    private let known = Mutex(Known())

    func contains(_ term: String, chunks: Int) -> Bool {
        known.withLock { known in
            // What was frequent in a store of another size needs not be now.
            if abs(chunks - known.chunks) > known.chunks / 8 { known = Known(chunks: chunks) }
            return known.terms.contains(term)
        }
    }

    func insert(_ term: String, chunks: Int) {
        known.withLock { known in
            if known.terms.count < Self.capacity { known.terms.insert(term) }
        }
    }
}
