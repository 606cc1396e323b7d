/// How near a hit is, by measures that do not depend on its rank: from 0, which has nothing to do with the question, to 1.
package enum Relevance {
    /// A chunk that has this share of the question's words, by their rarity, is a good hit.
    private static let goodCoverage = 0.5

    /// Of this much of what lies between an average chunk and the question's own words.
    private static let goodNearness = 0.4

    /// What average chunks' cosines are taken for in a store so small that its own average says little, and how many chunks
    /// that opinion is worth.
    private static let usualMean = 0.15
    private static let usualCount = 20.0

    /// - Parameter share: of the question's words, by their rarity.
    package static func ofCoverage(_ share: Double) -> Double { clamped(share / goodCoverage) }

    /// Models differ in what cosine unrelated texts have: near 0 with some, 0.7 with others. What counts is how far above
    /// the average of all chunks one is.
    package static func ofCosine(_ cosine: Double, mean: Double, count: Int) -> Double {
        let weight = Double(count)
        let average = (mean * weight + usualMean * usualCount) / (weight + usualCount)
        guard average < 1 else { return 1 }
        return clamped((cosine - average) / (1 - average) / goodNearness)
    }

    private static func clamped(_ value: Double) -> Double { min(1, max(0, value)) }
}
