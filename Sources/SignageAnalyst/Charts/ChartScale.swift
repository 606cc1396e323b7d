import Foundation

/// The axis of a chart's values: round numbers from zero on, or from below where values are.
struct ChartScale {
    private(set) var ticks: [Double] = []

    private static let steps = 5.0

    init(_ values: [Double]) {
        let (low, high) = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
        let span = high > low ? high - low : 1
        let rough = span / Self.steps
        let magnitude = pow(10, floor(log10(rough)))
        let step = [1, 2, 2.5, 5, 10].map { $0 * magnitude }.first { $0 >= rough * 0.999 } ?? rough
        var tick = (low / step).rounded(.down) * step
        while tick < high + step * 0.999, ticks.count < 20 {
            ticks.append((tick / step).rounded() * step)
            tick += step
        }
        if ticks.count < 2 { ticks = [low, low + span] }
    }

    /// Where a value is between the axis's ends, from 0 to 1.
    func share(_ value: Double) -> Double {
        guard let first = ticks.first, let last = ticks.last, last > first else { return 0 }
        return (value - first) / (last - first)
    }
}
