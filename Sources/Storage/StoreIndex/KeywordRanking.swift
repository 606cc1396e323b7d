import Foundation
import GRDB
import Synchronization

/// Ranks chunks by the words that they have in common with a question (BM25).
///
/// Term by term: the chunks that have it get what it is worth. That visits every chunk with any of the terms, once for
/// each, and leaves out terms that almost every chunk has, which are most of the work and say next to nothing.
struct KeywordRanking {
    struct Hit {
        var chunk: Int
        var score: Float
        /// The share of the question's terms that the chunk has, by their rarity: from 0 to 1.
        var coverage: Float
    }

    /// How quickly a term that comes again is worth less.
    private static let saturation: Float = 1.2
    /// How much longer chunks are held back.
    private static let lengthWeight: Float = 0.6
    /// The share of chunks with a term above which it is left out, if there are others.
    private static let frequentShare = 0.3
    /// In a small store all terms are looked at.
    private static let frequentCount = 1000

    let map: StoreMap
    let runs: [StoreMap.Run]
    let frequentTerms: FrequentTerms

    /// The best chunks first, `limit` at most.
    func hits(for query: QueryTerms, limit: Int, in db: GRDB.Database) throws -> [Hit] {
        guard !runs.isEmpty, !query.terms.isEmpty else { return [] }
        var scores = Scores(map: map, runs: runs)
        let postings = TermPostings()
        let most = max(Self.frequentCount, Int(Double(map.chunkCount) * Self.frequentShare))
        var leftOut: [QueryTerms.Term] = []
        for term in query.terms {
            if frequentTerms.contains(term.text, chunks: map.chunkCount) {
                leftOut.append(term)
                continue
            }
            try postings.find(term.text, limit: most, in: db)
            if postings.isCut {
                frequentTerms.insert(term.text, chunks: map.chunkCount)
                leftOut.append(term)
            } else {
                scores.add(postings, weight: worth(term, in: postings.count))
            }
        }
        if scores.isEmpty {
            for term in leftOut.prefix(4) {
                try postings.find(term.text, limit: .max, in: db)
                scores.add(postings, weight: worth(term, in: postings.count))
            }
        }
        return scores.best(limit)
    }

    /// What a term counts that so many chunks have.
    private func worth(_ term: QueryTerms.Term, in count: Int) -> Float {
        let total = Double(max(map.chunkCount, count))
        return Float(term.weight * log(1 + (total - Double(count) + 0.5) / (Double(count) + 0.5)))
    }

    /// The sums for each chunk.
    private struct Scores {
        private let runs: [StoreMap.Run]
        private let lengths: [UInt16]
        private let averageLength: Float
        private var scores: [Float]
        private var covered: [Float]
        private var total: Float = 0
        private(set) var isEmpty = true

        init(map: StoreMap, runs: [StoreMap.Run]) {
            self.runs = runs
            lengths = map.lengths
            averageLength = Float(max(1, map.averageLength))
            scores = [Float](repeating: 0, count: map.lengths.count)
            covered = scores
        }

        mutating func add(_ postings: TermPostings, weight: Float) {
            total += weight
            guard postings.count > 0 else { return }
            isEmpty = false
            let base = KeywordRanking.saturation * (1 - KeywordRanking.lengthWeight)
            let perTerm = KeywordRanking.saturation * KeywordRanking.lengthWeight / averageLength
            let (chunks, columns) = (postings.chunks, postings.columns)
            let (runs, lengths) = (runs, lengths)
            scores.withUnsafeMutableBufferPointer { scores in
                covered.withUnsafeMutableBufferPointer { covered in
                    Self.forEach(chunks, of: runs) { index, place in
                        let frequency = ChunkTerms.frequency(ofColumn: columns[index])
                        let damping = base + perTerm * Float(lengths[place])
                        let part = frequency * (KeywordRanking.saturation + 1) / (frequency + damping)
                        scores[place] += weight * part
                        covered[place] += weight
                    }
                }
            }
        }

        /// Calls `body` with the chunks that are of the runs: their indices, and their places in `lengths`.
        private static func forEach(
            _ chunks: UnsafeBufferPointer<Int64>,
            of runs: [StoreMap.Run],
            _ body: (Int, Int) -> Void
        ) {
            runs.withUnsafeBufferPointer { runs in
                var run = 0
                var index = 0
                while index < chunks.count, run < runs.count {
                    let chunk = Int(chunks[index])
                    if chunk >= runs[run].chunks.upperBound {
                        run += 1
                        continue
                    }
                    if chunk >= runs[run].chunks.lowerBound {
                        body(index, runs[run].place + chunk - runs[run].chunks.lowerBound)
                    }
                    index += 1
                }
            }
        }

        func best(_ limit: Int) -> [Hit] {
            var best: [Hit] = []
            var threshold: Float = 0
            let share = total > 0 ? 1 / total : 0
            for run in runs {
                for offset in 0..<run.chunks.count where scores[run.place + offset] > threshold {
                    let place = run.place + offset
                    best.append(
                        Hit(
                            chunk: run.chunks.lowerBound + offset,
                            score: scores[place],
                            coverage: covered[place] * share
                        )
                    )
                    if best.count >= 4 * limit {
                        best.sort { $0.score > $1.score }
                        best.removeSubrange(limit...)
                        threshold = best[limit - 1].score
                    }
                }
            }
            best.sort { ($0.score, $1.chunk) > ($1.score, $0.chunk) }
            return Array(best.prefix(limit))
        }
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
