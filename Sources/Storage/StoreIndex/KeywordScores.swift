/// The sums of what each chunk has of a question's terms.
struct KeywordScores {
    struct Hit {
        var chunk: Int
        /// What the chunk has of the question's words, by their rarity. Words that come often count up to twice.
        var share: Float
    }

    /// How quickly a term that comes again is worth less.
    private static let saturation: Float = 1.2
    /// How much longer chunks are held back.
    private static let lengthWeight: Float = 0.6

    private let runs: [StoreMap.Run]
    private let lengths: [UInt16]
    private let averageLength: Float
    private var scores: [Float]
    /// What a chunk would have with all terms in it once.
    private var total: Float = 0
    /// Whether no term was in any chunk.
    private(set) var isEmpty = true

    /// - Parameter runs: the chunks that may be found.
    init(map: StoreMap, runs: [StoreMap.Run]) {
        self.runs = runs
        lengths = map.lengths
        averageLength = Float(max(1, map.averageLength))
        scores = [Float](repeating: 0, count: runs.isEmpty ? 0 : map.lengths.count)
    }

    /// Adds a term that counts `weight`.
    mutating func add(_ postings: TermPostings, weight: Float) {
        total += weight
        guard postings.count > 0 else { return }
        isEmpty = false
        let base = Self.saturation * (1 - Self.lengthWeight)
        let perTerm = Self.saturation * Self.lengthWeight / averageLength
        let (chunks, columns) = (postings.chunks, postings.columns)
        let (runs, lengths) = (runs, lengths)
        scores.withUnsafeMutableBufferPointer { scores in
            Self.forEach(chunks, of: runs) { index, place in
                let frequency = ChunkTerms.frequency(ofColumn: columns[index])
                let damping = base + perTerm * Float(lengths[place])
                scores[place] += weight * frequency * (Self.saturation + 1) / (frequency + damping)
            }
        }
    }

    /// Adds a term that was not looked up.
    mutating func addMissing(weight: Float) { total += weight }

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

    /// What one chunk has of the question.
    func share(of chunk: Int) -> Float {
        guard total > 0, let run = runs.run(of: chunk) else { return 0 }
        return scores[run.place + chunk - run.chunks.lowerBound] / total
    }

    /// The best chunks first.
    func best(_ limit: Int) -> [Hit] {
        guard total > 0, limit > 0 else { return [] }
        var best: [Hit] = []
        var threshold: Float = 0
        for run in runs {
            for offset in 0..<run.chunks.count where scores[run.place + offset] > threshold {
                best.append(Hit(chunk: run.chunks.lowerBound + offset, share: scores[run.place + offset]))
                guard best.count >= 4 * limit else { continue }
                Self.sort(&best)
                best.removeSubrange(limit...)
                threshold = best[limit - 1].share
            }
        }
        Self.sort(&best)
        return best.prefix(limit).map { Hit(chunk: $0.chunk, share: $0.share / total) }
    }

    private static func sort(_ hits: inout [Hit]) { hits.sort { ($0.share, $1.chunk) > ($1.share, $0.chunk) } }
}
