import NIOCore

/// The longest silences of a backend that are borne.
struct Patience: Sendable {
    /// From the request to the first byte of the answer's body: servers may send the head long before.
    var firstByte: TimeAmount
    /// Between two bytes after that.
    var idle: TimeAmount
}

extension TimeAmount {
    /// Durations too long to count in nanoseconds become the longest that can be.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self = overflow ? .hours(24 * 365) : .nanoseconds(nanoseconds + attoseconds / 1_000_000_000)
    }
}
