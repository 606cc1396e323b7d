/// The sum of durations, those of unstated unit apart until their unit is settled.
struct DurationSum: Sendable, Equatable {
    private var milliseconds = 0.0
    private var unstated = 0.0
    private var unstatedCount = 0
    /// How many durations were added.
    private(set) var count = 0

    /// Values without a unit are taken for milliseconds from this average on: nobody looks at a sign for ten minutes
    /// on average.
    static let largestAverageInSeconds = 600.0

    mutating func add(_ value: Double, _ unit: DurationUnit) {
        count += 1
        if let factor = unit.milliseconds {
            milliseconds += value * factor
        } else {
            unstated += value
            unstatedCount += 1
        }
    }

    mutating func add(_ other: DurationSum) {
        milliseconds += other.milliseconds
        unstated += other.unstated
        unstatedCount += other.unstatedCount
        count += other.count
    }

    /// The unit that values without one seem to have, nil when every value has one.
    var assumedUnit: DurationUnit? {
        guard unstatedCount > 0 else { return nil }
        return unstated / Double(unstatedCount) > Self.largestAverageInSeconds ? .milliseconds : .seconds
    }

    /// The sum in seconds.
    func seconds(assuming unit: DurationUnit) -> Double {
        (milliseconds + unstated * (unit.milliseconds ?? 1000)) / 1000
    }

    /// The average in seconds, nil when there is nothing to average.
    func average(assuming unit: DurationUnit) -> Double? {
        count == 0 ? nil : seconds(assuming: unit) / Double(count)
    }
}

/// The kinds of durations that signage data tell apart.
enum DurationKind: Int, CaseIterable, Sendable {
    case dwell, attention, watch

    var role: FieldRole {
        switch self {
        case .dwell: .dwell
        case .attention: .attention
        case .watch: .watch
        }
    }
}

/// One sum for each kind of duration.
struct DurationSums: Sendable, Equatable {
    private var dwell = DurationSum()
    private var attention = DurationSum()
    private var watch = DurationSum()

    subscript(kind: DurationKind) -> DurationSum {
        get {
            switch kind {
            case .dwell: dwell
            case .attention: attention
            case .watch: watch
            }
        }
        set {
            switch kind {
            case .dwell: dwell = newValue
            case .attention: attention = newValue
            case .watch: watch = newValue
            }
        }
    }

    mutating func add(_ other: DurationSums) {
        dwell.add(other.dwell)
        attention.add(other.attention)
        watch.add(other.watch)
    }
}
