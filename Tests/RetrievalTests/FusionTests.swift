import Retrieval
import Testing

@Suite struct FusionTests {
    @Test("Scores lie between 0 and 1 and do not rise from rank to rank")
    func scores() {
        let candidates = (0..<50).map { item in
            ScoreFusion.Candidate(item: item, text: Double(item % 13) / 6, embedding: Double(item % 7) / 5)
        }

        let hits = ScoreFusion(weights: FusionWeights()).hits(candidates)

        #expect(hits.allSatisfy { 0...1 ~= $0.score })
        #expect(zip(hits, hits.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    @Test("Weights decide which side counts")
    func weights() {
        let candidates = [
            ScoreFusion.Candidate(item: 1, text: 0.9, embedding: 0),
            ScoreFusion.Candidate(item: 2, text: 0, embedding: 0.9),
        ]

        let byText = ScoreFusion(weights: FusionWeights(text: 3, embedding: 1)).hits(candidates)
        let byMeaning = ScoreFusion(weights: FusionWeights(text: 0, embedding: 2)).hits(candidates)

        #expect(byText.map(\.item) == [1, 2])
        #expect(byMeaning.map(\.item) == [2])
        #expect(byMeaning.map(\.score) == [0.9])
    }

    @Test("By ranks, what both lists have comes before what one has")
    func ranks() {
        let text = [1, 2, 3].map { RankFusion.Candidate(item: $0, relevance: 1) }
        let embedding = [4, 2, 5].map { RankFusion.Candidate(item: $0, relevance: 1) }

        let hits = RankFusion(weights: FusionWeights()).hits(text: text, embedding: embedding)

        #expect(hits.first?.item == 2)
        #expect(Set(hits.map(\.item)) == [1, 2, 3, 4, 5])
        #expect(zip(hits, hits.dropFirst()).allSatisfy { $0.score >= $1.score })
        #expect(hits.allSatisfy { $0.score >= 0.5 })
    }

    @Test("The first of both lists has a low score when it has nothing to do with the question")
    func gate() {
        let unrelated = [RankFusion.Candidate(item: 1, relevance: 0.05)]

        let hits = RankFusion(weights: FusionWeights()).hits(text: unrelated, embedding: unrelated)

        #expect(hits.map(\.item) == [1])
        #expect(hits[0].score <= 0.1)
    }

    @Test("What stands out counts, whatever cosine a model gives to texts that have nothing in common")
    func meaning() {
        let plain = Relevance.ofMeaning(cosine: 0.45, mean: 0.05, deviation: 0.1, count: 1000)
        let narrow = Relevance.ofMeaning(cosine: 0.87, mean: 0.75, deviation: 0.03, count: 1000)
        let average = Relevance.ofMeaning(cosine: 0.75, mean: 0.75, deviation: 0.03, count: 1000)

        #expect(abs(plain - narrow) < 0.01)
        #expect(plain > 0.5)
        #expect(average == 0)
    }
}
