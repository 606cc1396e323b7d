import Retrieval

/// The exact scan of many vectors with eight bits.
struct VectorScanPart {
    private static let dimensions = 256
    private static let rounds = 15

    let rows: Int

    func run(_ table: inout FigureTable) {
        var numbers = Numbers(seed: 7)
        var matrix = VectorMatrix(dimensions: Self.dimensions)
        // The rows differ, though they are made of few: the time does not depend on what they hold.
        let vectors = (0..<1000).map { _ in QuantizedVector(numbers.direction(Self.dimensions)) }
        for row in 0..<rows { matrix.append(vectors[row % vectors.count], owner: row) }
        let query = QuantizedVector(numbers.direction(Self.dimensions))
        var times: [Double] = []
        for _ in 0..<Self.rounds {
            let start = ProcessorTime.now()
            _ = matrix.nearest(to: query, in: [0..<rows], limit: 200)
            times.append((ProcessorTime.now() - start) * 1000)
        }
        times.sort()
        table.add("scan of \(rows) x \(Self.dimensions), least", times[0], "ms", below: 15)
        table.add("scan of \(rows) x \(Self.dimensions), median", times[times.count / 2], "ms")
    }
}
