import CVectorScan

/// Vectors in memory, to be compared with another one, all of them, exactly.
///
/// Copies share their rows and see those that there were when they were made: one reads while another one, the only one
/// that may, is appended to.
package struct VectorMatrix: Sendable {
    /// A row that is near.
    package struct Neighbour: Sendable, Equatable {
        package var owner: Int
        /// The cosine of the angle, as exact as eight bits are.
        package var cosine: Float
    }

    /// What a comparison with all rows finds.
    package struct Nearest: Sendable {
        /// The nearest first.
        package var neighbours: [Neighbour] = []
        /// Of all rows' cosines: what is far above it is near because of what it says, not as everything is.
        package var mean: Double = 0
        package var deviation: Double = 0
    }

    package let dimensions: Int
    /// Rows so far.
    package private(set) var count = 0
    private var blocks: [VectorBlock] = []
    private var firstRows: [Int] = []

    private static let smallestBlock = 64
    private static let largestBlockBytes = 32 << 20

    package init(dimensions: Int) { self.dimensions = dimensions }

    package var bytes: Int { blocks.reduce(0) { $0 + $1.bytes } }

    /// - Parameter owner: what the row stands for; several rows may have the same.
    package mutating func append(_ vector: QuantizedVector, owner: Int) {
        if blocks.isEmpty || count - firstRows[blocks.count - 1] == blocks[blocks.count - 1].capacity { addBlock() }
        let last = blocks.count - 1
        blocks[last].write(vector, owner: owner, at: count - firstRows[last])
        count += 1
    }

    private mutating func addBlock() {
        let fitting = Self.largestBlockBytes / VectorBlock.bytesOfRow(dimensions: dimensions)
        let largest = max(Self.smallestBlock, fitting / Self.smallestBlock * Self.smallestBlock)
        let capacity = min(largest, blocks.last.map { $0.capacity * 2 } ?? Self.smallestBlock)
        blocks.append(VectorBlock(capacity: capacity, dimensions: dimensions, after: blocks.last))
        firstRows.append(count)
    }

    /// Compares a vector with the rows of some ranges, which ascend.
    package func nearest(to query: QuantizedVector, in ranges: [Range<Int>], limit: Int) -> Nearest {
        guard limit > 0, query.codes.count == dimensions else { return Nearest() }
        var scan = Scan(query: query, limit: limit)
        var block = 0
        for range in ranges {
            var row = range.lowerBound
            let end = min(range.upperBound, count)
            while row < end {
                while row >= firstRows[block] + blocks[block].capacity { block += 1 }
                let last = min(end, firstRows[block] + blocks[block].capacity)
                scan.compare(blocks[block], rows: row - firstRows[block]..<last - firstRows[block])
                row = last
            }
        }
        return scan.result()
    }
}

/// A comparison under way: the nearest so far.
private struct Scan {
    /// Half of the query's codes, as larger ones the scan does not take, laid out as it reads them.
    private let spread: [Int8]
    private let sum: Int32
    private let scale: Float
    /// The vector that the codes stand for, and its length.
    private let vector: [Float]
    private let length: Float
    private let limit: Int

    private var neighbours: [VectorMatrix.Neighbour] = []
    /// What is not above it is not among the nearest.
    private var threshold = -Float.infinity
    private var sums = vector_scan_sums()
    private var compared = 0

    /// Rows that are compared before the best of them are picked.
    private static let batch = vector_scan_most
    private var foundRows = [UInt32](repeating: 0, count: batch)
    private var foundScores = [Float](repeating: 0, count: batch)

    init(query: QuantizedVector, limit: Int) {
        let codes = query.codes.map { Int8((Float($0) / 2).rounded(.toNearestOrEven)) }
        let scale = query.scale * 2
        spread = [Int8](unsafeUninitializedCapacity: vector_scan_spread_size(codes.count)) { buffer, count in
            vector_scan_spread(codes, codes.count, buffer.baseAddress)
            count = buffer.count
        }
        sum = codes.reduce(0) { $0 + Int32($1) }
        self.scale = scale
        vector = codes.map { Float($0) * scale }
        length = Embedding.product(vector, vector).squareRoot()
        self.limit = limit
    }

    mutating func compare(_ block: VectorBlock, rows: Range<Int>) {
        let along = block.length(of: vector)
        let across = (max(0, length * length - along * along)).squareRoot() + length / 100
        var known = block.rows
        spread.withUnsafeBufferPointer { spread in
            var query = vector_scan_query(
                spread: spread.baseAddress,
                sum: sum,
                scale: scale,
                along: along,
                across: across
            )
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.batch) {
                let count = min(Self.batch, rows.upperBound - start)
                let found = vector_scan_compare(
                    &known,
                    start,
                    count,
                    &query,
                    threshold,
                    &foundRows,
                    &foundScores,
                    &sums
                )
                for index in 0..<found {
                    let owner = block.owners[Int(foundRows[index])]
                    neighbours.append(VectorMatrix.Neighbour(owner: owner, cosine: foundScores[index]))
                }
                compared += count
                // Early, as the threshold is what spares the lower halves.
                if neighbours.count > 4 * limit { keepNearest() }
            }
        }
    }

    private mutating func keepNearest() {
        neighbours.sort { $0.cosine > $1.cosine }
        guard neighbours.count >= limit else { return }
        neighbours.removeSubrange(limit...)
        threshold = neighbours[limit - 1].cosine
    }

    mutating func result() -> VectorMatrix.Nearest {
        keepNearest()
        guard compared > 0 else { return VectorMatrix.Nearest() }
        let mean = sums.scores / Double(compared)
        let variance = max(0, sums.squares / Double(compared) - mean * mean)
        return VectorMatrix.Nearest(neighbours: neighbours, mean: mean, deviation: variance.squareRoot())
    }
}
