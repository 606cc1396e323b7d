import Retrieval
import Testing

@Suite struct TokenEstimateTests {
    @Test(
        "The estimate is near the o200k vocabulary",
        arguments: [
            ("The quick brown fox jumps over the lazy dog.", 10),
            ("디지털 사이니지 데이터를 분석해 주세요.", 12),
            ("1234567,89.5,0.001", 11),
            ("", 0),
        ]
    )
    func estimate(_ text: String, _ actual: Int) {
        let estimate = TokenEstimate.tokens(in: text)

        #expect(abs(estimate - actual) <= max(2, actual / 4), "\(estimate) for \(actual)")
    }
}
