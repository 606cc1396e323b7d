import Retrieval

/// Numbers that look random and are the same each time.
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// From 0 to 1.
    mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

    mutating func direction(_ dimensions: Int) -> [Float] {
        let vector = (0..<dimensions).map { _ in Float(unit() - 0.5) }
        return Embedding.normalized(vector) ?? vector
    }
}
