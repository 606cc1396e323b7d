/// How near a chunk is to a question, by its words and by its meaning, as numbers that can be added: good hits have about
/// half, the best there are 1 or a little more, and what has nothing to do with the question next to 0.
///
/// The constants are those that put the right chunks first on the tuning half of the retrieval benchmark; half as much or
/// twice as much of each costs less than a hundredth of its measure.
package enum Relevance {
    /// What all of the question's words in one chunk count.
    private static let wholeQuestion = 1.4

    /// As many deviations above the average as hardly any chunk is that has nothing to do with the question.
    private static let farAbove = 5.0

    /// What cosines are taken for in a store so small that its own say little.
    private static let usualDeviation = 0.15
    private static let leastDeviation = 0.02
    private static let sufficientCount = 30.0

    /// - Parameter share: what the chunk has of the question's words, by their rarity.
    package static func ofWords(share: Double) -> Double { wholeQuestion * share }

    /// Models differ in what cosine unrelated texts have, near 0 with some and 0.7 with others: what counts is how far a
    /// chunk stands out.
    ///
    /// - Parameters:
    ///   - mean: of the cosines of all chunks that may be found.
    ///   - deviation: of the same.
    ///   - count: how many they are.
    package static func ofMeaning(cosine: Double, mean: Double, deviation: Double, count: Int) -> Double {
        let known = min(1, Double(count) / sufficientCount)
        let center = mean * known
        let spread = max(leastDeviation, deviation * known + usualDeviation * (1 - known))
        let above = max(0, (cosine - center) / spread / farAbove)
        // Low ones count less than in proportion: by chance something is always above the average.
        return above.squareRoot() * above
    }
}
