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

    /// Rows are filled up with zeros to a multiple of this, the width of the widest instructions.
    private static let width = 64
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
        let stride = (dimensions + Self.width - 1) / Self.width * Self.width
        let largest = max(Self.smallestBlock, Self.largestBlockBytes / stride)
        let capacity = min(largest, blocks.last.map { $0.capacity * 2 } ?? Self.smallestBlock)
        blocks.append(VectorBlock(capacity: capacity, stride: stride))
        firstRows.append(count)
    }

    /// Compares a vector with the rows of some ranges, which ascend.
    package func nearest(to query: QuantizedVector, in ranges: [Range<Int>], limit: Int) -> Nearest {
        guard limit > 0, query.codes.count == dimensions, let stride = blocks.first?.stride else { return Nearest() }
        var scan = Scan(query: query, stride: stride, limit: limit)
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
    /// Half of the query's codes, and zeros: larger ones the scan does not take.
    private let query: [Int8]
    private let factor: Float
    private let offset: Int32
    private let limit: Int

    private var neighbours: [VectorMatrix.Neighbour] = []
    /// What is not above it is not among the nearest.
    private var threshold = -Float.infinity
    private var sums = vector_scan_sums()
    private var compared = 0

    /// Rows that are compared before the best of them are picked: their products stay in the nearest cache.
    private static let batch = 512
    private var products = [Int32](repeating: 0, count: batch)
    private var foundRows = [UInt32](repeating: 0, count: batch)
    private var foundScores = [Float](repeating: 0, count: batch)

    init(query: QuantizedVector, stride: Int, limit: Int) {
        let codes = query.codes.map { Int8((Float($0) / 2).rounded(.toNearestOrEven)) }
        self.query = codes + [Int8](repeating: 0, count: stride - codes.count)
        factor = query.scale * 2
        offset = 128 * codes.reduce(0) { $0 + Int32($1) }
        self.limit = limit
    }

    mutating func compare(_ block: VectorBlock, rows: Range<Int>) {
        for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.batch) {
            let count = min(Self.batch, rows.upperBound - start)
            vector_scan_products(block.codes + start * block.stride, count, block.stride, query, &products)
            let found = vector_scan_select(
                products,
                block.scales + start,
                count,
                offset,
                factor,
                threshold,
                UInt32(start),
                &foundRows,
                &foundScores,
                &sums
            )
            for index in 0..<found {
                let owner = block.owners[Int(foundRows[index])]
                neighbours.append(VectorMatrix.Neighbour(owner: owner, cosine: foundScores[index]))
            }
            compared += count
            if neighbours.count > 4 * limit + Self.batch { keepNearest() }
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
