import Retrieval

/// The exact scan of many vectors with eight bits.
struct VectorScanPart {
    private static let dimensions = 256
    private static let rounds = 15

    let rows: Int

    func run(_ table: inout FigureTable) {
        scan(sameness: 0, "", goal: 15, &table)
        // Vectors of a language model have a part in common.
        scan(sameness: 1.5, " that are alike", goal: nil, &table)
    }

    /// The rows all differ, as the time depends on how many are near.
    ///
    /// - Parameter sameness: how long the part is that all have in common, next to a part of length 1 of their own.
    private func scan(sameness: Float, _ kind: String, goal: Double?, _ table: inout FigureTable) {
        var numbers = Numbers(seed: 7)
        let common = numbers.direction(Self.dimensions).map { $0 * sameness }
        func direction() -> QuantizedVector {
            let sum = zip(numbers.direction(Self.dimensions), common).map { $0 + $1 }
            return QuantizedVector(Embedding.normalized(sum) ?? sum)
        }
        var matrix = VectorMatrix(dimensions: Self.dimensions)
        for row in 0..<rows { matrix.append(direction(), owner: row) }
        let query = direction()
        var times: [Double] = []
        for _ in 0..<Self.rounds {
            let start = ProcessorTime.now()
            _ = matrix.nearest(to: query, in: [0..<rows], limit: 200)
            times.append((ProcessorTime.now() - start) * 1000)
        }
        times.sort()
        let name = "scan of \(rows) x \(Self.dimensions)\(kind)"
        table.add("\(name), least", times[0], "ms", below: goal)
        table.add("\(name), median", times[times.count / 2], "ms")
    }
}
