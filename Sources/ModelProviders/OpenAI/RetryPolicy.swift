/// How often a failed call is made again, and after how long.
struct RetryPolicy: Sendable {
    /// Attempts after the first.
    var maximumRetries: Int
    /// Doubled with each attempt; the wait is drawn evenly between nothing and that.
    var baseDelay: Duration
    var maximumDelay: Duration
    /// The longest wait that a backend may ask for. If it asks for more, its failure is passed on instead.
    var longestWait: Duration

    /// The wait before attempt `retry` (1 is the first retry), or nil when there is to be none.
    func wait(
        before retry: Int,
        after failure: CallFailure,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard failure.isTransient, retry <= maximumRetries else { return nil }
        if let asked = failure.retryAfter { return asked <= longestWait ? asked : nil }
        let ceiling = min(maximumDelay, baseDelay * (1 << min(retry - 1, 16)))
        return ceiling * Double.random(in: 0...1, using: &generator)
    }
}
