import AssistantsAPI
import Retrieval

/// What an open index keeps in memory: which chunks and vectors belong to which file, and how long the chunks are.
///
/// A value: a search works on a copy, whatever is added and removed meanwhile.
struct StoreMap: Sendable {
    struct IndexedFile: Sendable {
        var id: Identifier<File>
        var name: String
        var attributes: Attributes
        /// Finished. What is still being indexed is not searched.
        var isVisible: Bool
    }

    /// Chunks of one file whose numbers follow each other.
    struct Run: Sendable {
        var file: Int
        var chunks: Range<Int>
        /// Where the first one's length is in `lengths`.
        var place: Int
    }

    /// Rows of the matrix that belong to one file.
    struct Rows: Sendable {
        var file: Int
        var rows: Range<Int>
    }

    /// By their numbers in the index.
    var files: [Int: IndexedFile] = [:]
    /// In the order of their chunks.
    private(set) var runs: [Run] = []
    /// Terms of each chunk, at most 65,535. Those of removed chunks stay until the index is opened again.
    private(set) var lengths: [UInt16] = []
    private(set) var chunkCount = 0
    private(set) var termCount = 0
    /// What the store's vectors were made with; nil as long as there are none.
    var space: VectorSpace?
    /// Nil until it is needed.
    var matrix: VectorMatrix?
    private var rows: [Rows] = []
    private var liveRows = 0
    /// How many files have left. What a search found before that may be of them.
    private(set) var removals = 0
    /// Whether the index is deleted; then nothing is in it.
    private(set) var isDeleted = false

    init() {}

    /// That of an index that is deleted.
    static var ofDeletedIndex: StoreMap {
        var map = StoreMap()
        map.isDeleted = true
        return map
    }

    /// Adds chunks of a file, whose numbers are higher than all before.
    mutating func append(file: Int, firstChunk: Int, lengths new: [Int]) {
        let place = lengths.count
        let end = firstChunk + new.count
        if let last = runs.indices.last, runs[last].file == file, runs[last].chunks.upperBound == firstChunk {
            runs[last].chunks = runs[last].chunks.lowerBound..<end
        } else {
            runs.append(Run(file: file, chunks: firstChunk..<end, place: place))
        }
        lengths.append(contentsOf: new.lazy.map { UInt16(clamping: $0) })
        chunkCount += new.count
        termCount += new.reduce(0, +)
    }

    /// Adds vectors of a file to the matrix, if that is there.
    mutating func append(file: Int, vectors: [(owner: Int, vector: QuantizedVector)]) {
        guard var matrix, !vectors.isEmpty else { return }
        self.matrix = nil
        let first = matrix.count
        for (owner, vector) in vectors { matrix.append(vector, owner: owner) }
        if let last = rows.indices.last, rows[last].file == file {
            rows[last].rows = rows[last].rows.lowerBound..<matrix.count
        } else {
            rows.append(Rows(file: file, rows: first..<matrix.count))
        }
        liveRows += vectors.count
        self.matrix = matrix
    }

    mutating func setRows(_ loaded: [Rows]) {
        rows = loaded
        liveRows = loaded.reduce(0) { $0 + $1.rows.count }
    }

    mutating func forgetMatrix() {
        matrix = nil
        rows = []
        liveRows = 0
    }

    /// The store's next vectors may be of another model.
    mutating func forgetVectors() {
        forgetMatrix()
        space = nil
    }

    mutating func remove(file: Int) {
        files[file] = nil
        removals += 1
        for run in runs where run.file == file {
            chunkCount -= run.chunks.count
            termCount -= lengths[run.place..<run.place + run.chunks.count].reduce(0) { $0 + Int($1) }
        }
        runs.removeAll { $0.file == file }
        for row in rows where row.file == file { liveRows -= row.rows.count }
        rows.removeAll { $0.file == file }
        // Rows that belong to nobody are compared with no longer, but take room.
        if let matrix, matrix.count > 4 * liveRows + 10_000 { forgetMatrix() }
    }

    /// The chunks and vectors of all files that may be found.
    func selection(_ filter: AttributeFilter?) -> (runs: [Run], rows: [Range<Int>]) {
        var known: (file: Int, isAllowed: Bool)?
        func isAllowed(_ file: Int) -> Bool {
            if let known, known.file == file { return known.isAllowed }
            let isAllowed = files[file].map { $0.isVisible && filter?.matches($0.attributes) ?? true } ?? false
            known = (file, isAllowed)
            return isAllowed
        }
        var ranges: [Range<Int>] = []
        for row in rows where isAllowed(row.file) {
            if let last = ranges.last, last.upperBound == row.rows.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<row.rows.upperBound
            } else {
                ranges.append(row.rows)
            }
        }
        return (runs.filter { isAllowed($0.file) }, ranges)
    }

    /// Of what was found some time ago what can still be found.
    func present(_ hits: [IndexHit]) -> [IndexHit] {
        let files = Set(files.values.lazy.filter(\.isVisible).map(\.id))
        return hits.filter { files.contains($0.file) }
    }

    /// Chunks have so many terms on average.
    var averageLength: Double { chunkCount > 0 ? Double(termCount) / Double(chunkCount) : 1 }
}

extension [StoreMap.Run] {
    /// The one that a chunk belongs to.
    func run(of chunk: Int) -> StoreMap.Run? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].chunks.upperBound <= chunk { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].chunks.contains(chunk) ? self[low] : nil
    }
}
