/// A vector of length 1 whose numbers have eight bits each: a quarter of the memory, and four times as many in the time.
///
/// Products of two such vectors are off by less than a hundredth, which the exact vectors put right for the nearest.
package struct QuantizedVector: Sendable, Equatable {
    /// From -127 to 127.
    package let codes: [Int8]
    /// What a code of 1 stands for.
    package let scale: Float

    package init(codes: [Int8], scale: Float) {
        self.codes = codes
        self.scale = scale
    }

    /// - Parameter vector: of length 1, as `Embedding.normalized` makes it.
    package init(_ vector: [Float]) {
        let largest = vector.reduce(into: Float(0)) { $0 = max($0, abs($1)) }
        scale = largest / 127
        let factor = largest > 0 ? 127 / largest : 0
        codes = vector.map { Int8(($0 * factor).rounded()) }
    }
}
