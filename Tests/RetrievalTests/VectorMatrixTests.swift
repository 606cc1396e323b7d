import Retrieval
import Testing

@Suite struct VectorMatrixTests {
    private func vector(_ seed: Int, dimensions: Int) -> [Float] {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        let numbers = (0..<dimensions).map { _ -> Float in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
        }
        return Embedding.normalized(numbers) ?? numbers
    }

    @Test("The nearest are those of an exact comparison", arguments: [1, 3, 64, 100, 256, 384, 1536])
    func nearest(_ dimensions: Int) {
        let vectors = (0..<700).map { vector($0 + 1, dimensions: dimensions) }
        var matrix = VectorMatrix(dimensions: dimensions)
        for (owner, vector) in vectors.enumerated() { matrix.append(QuantizedVector(vector), owner: owner) }
        let query = vector(10_001, dimensions: dimensions)

        let found = matrix.nearest(to: QuantizedVector(query), in: [0..<700], limit: 20)

        let exact = vectors.map { Embedding.product($0, query) }
        let best = exact.sorted(by: >)
        #expect(found.neighbours.count == 20)
        for neighbour in found.neighbours {
            #expect(abs(neighbour.cosine - exact[neighbour.owner]) < 0.02)
            #expect(exact[neighbour.owner] > best[19] - 0.02)
        }
        #expect(abs(found.mean - Double(exact.reduce(0, +)) / 700) < 0.01)
    }

    /// Vectors that all point nearly the same way cannot be told apart by half of their bits, those in all directions can.
    @Test(
        "None is left out by the half of the bits that is looked at first",
        arguments: [0, 1, 20] as [Float],
        [1, 12, 60, 256, 1100]
    )
    func exactness(_ sameness: Float, _ dimensions: Int) {
        let common = vector(77, dimensions: dimensions)
        func near(_ seed: Int) -> QuantizedVector {
            let sum = zip(vector(seed, dimensions: dimensions), common).map { $0 + sameness * $1 }
            return QuantizedVector(Embedding.normalized(sum) ?? sum)
        }
        let rows = (0..<5000).map { near($0 + 1) }
        var matrix = VectorMatrix(dimensions: dimensions)
        for (owner, row) in rows.enumerated() { matrix.append(row, owner: owner) }
        let query = near(10_001)

        let found = matrix.nearest(to: query, in: [3..<4997], limit: 50)

        // The scan takes half of the query's codes.
        let codes = query.codes.map { Int((Float($0) / 2).rounded(.toNearestOrEven)) }
        let exact = rows.map { row in
            let product = zip(row.codes, codes).reduce(into: 0) { $0 += Int($1.0) * $1.1 }
            return Float(product) * row.scale * (query.scale * 2)
        }
        #expect(found.neighbours.map(\.cosine) == Array(exact[3..<4997].sorted(by: >).prefix(50)))
        #expect(found.neighbours.allSatisfy { exact[$0.owner] == $0.cosine })
        #expect(Set(found.neighbours.map(\.owner)).count == 50)
        let mean = Double(exact[3..<4997].reduce(0, +)) / 4994
        #expect(abs(found.mean - mean) < (sameness > 1 ? 0.1 : 0.01))
    }

    @Test("Only rows of the ranges are compared")
    func ranges() {
        var matrix = VectorMatrix(dimensions: 8)
        for owner in 0..<1000 { matrix.append(QuantizedVector(vector(owner + 1, dimensions: 8)), owner: owner) }

        let found = matrix.nearest(
            to: QuantizedVector(vector(5, dimensions: 8)),
            in: [10..<20, 300..<301, 990..<2000],
            limit: 100
        )

        #expect(Set(found.neighbours.map(\.owner)) == Set(10..<20).union([300]).union(990..<1000))
    }

    @Test("A copy sees the rows that there were when it was made")
    func copies() {
        var matrix = VectorMatrix(dimensions: 4)
        matrix.append(QuantizedVector([1, 0, 0, 0]), owner: 1)
        let copy = matrix
        matrix.append(QuantizedVector([1, 0, 0, 0]), owner: 2)

        let found = copy.nearest(to: QuantizedVector([1, 0, 0, 0]), in: [0..<10], limit: 10)

        #expect(found.neighbours.map(\.owner) == [1])
    }

    @Test("A vector without direction is none")
    func noDirection() {
        #expect(Embedding.normalized([0, 0]) == nil)
        #expect(Embedding.normalized([.nan, 1]) == nil)
        #expect(Embedding.normalized([.infinity, 1]) == nil)
    }
}
