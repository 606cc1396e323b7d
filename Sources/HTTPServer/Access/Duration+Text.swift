extension Duration {
    /// Whole milliseconds, rounded up.
    package var milliseconds: Int {
        Int(components.seconds) * 1000 + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// As Go writes durations, to the millisecond: `6ms`, `1.5s`, `1m2s`, `0s`.
    package var goText: String {
        let milliseconds = max(0, milliseconds)
        switch milliseconds {
        case 0: return "0s"
        case ..<1000: return "\(milliseconds)ms"
        case ..<60_000: return Self.seconds(milliseconds)
        default: return "\(milliseconds / 60_000)m\(Self.seconds(milliseconds % 60_000))"
        }
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let fraction = milliseconds % 1000
        guard fraction > 0 else { return "\(milliseconds / 1000)s" }
        var digits = String(fraction + 1000).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(milliseconds / 1000).\(digits)s"
    }
}
