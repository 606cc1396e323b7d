/// Random numbers that are the same for the same seed, everywhere and for ever (SplitMix64).
struct SampleRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number below `bound`, which is above zero.
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// True so many times in ten thousand.
    mutating func chance(_ inTenThousand: Int) -> Bool { below(10_000) < inTenThousand }

    /// An index, each as often as its weight says.
    mutating func index(weights: [Int]) -> Int {
        var place = below(max(1, weights.reduce(0, +)))
        for (index, weight) in weights.enumerated() {
            if place < weight { return index }
            place -= weight
        }
        return weights.count - 1
    }

    /// A number around `mean` of uneven spread, as counts of passers-by have: the sum of three draws.
    mutating func around(_ mean: Int) -> Int {
        let half = max(1, mean * 2 / 3)
        return below(half + 1) + below(half + 1) + below(half + 1)
    }
}
