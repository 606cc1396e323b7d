import DataTables

/// The time that sample data goes through, hour by hour from 2 March 2026, a Monday, in Korea; and how busy it is.
struct SampleClock {
    let hours: Int
    private let firstDay = 20_514
    /// Sums of the weights of the hours up to each.
    private let sums: [Int]
    private let dates: [String]

    init(_ options: SampleData.Options) {
        hours = options.days * 24
        // Days differ, as the weather does.
        var random = SampleRandom(seed: options.seed ^ 0xC10C)
        let days = (0..<options.days).map { _ in 75 + random.below(51) }
        var sum = 0
        sums = (0..<hours).map { hour in
            sum += Self.weight(hour) * days[hour / 24]
            return sum
        }
        let firstDay = firstDay
        dates = (0..<options.days).map { Figure.date(ofDay: firstDay + $0) }
    }

    /// How busy an hour is, in per cent of the busiest.
    func weight(ofHour hour: Int) -> Int { Self.weight(hour) }

    private static func weight(_ hour: Int) -> Int {
        let ofDay = [0, 0, 0, 0, 0, 0, 6, 22, 48, 40, 38, 52, 92, 70, 46, 44, 50, 68, 100, 84, 60, 42, 20, 6]
        let ofWeek = [92, 95, 96, 98, 100, 74, 61]
        return ofDay[hour % 24] * ofWeek[hour / 24 % 7] / 100
    }

    /// The hour in which a share of all that happens has happened.
    func hour(at part: Int, of whole: Int) -> Int {
        let target = Int((Double(part) / Double(max(1, whole)) * Double(sums.last ?? 0)).rounded(.down))
        var (low, high) = (0, hours - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }

    func date(ofDay day: Int) -> String { dates[day] }

    func text(hour: Int, second: Int) -> String {
        "\(dates[hour / 24])T\(Self.padded(hour % 24)):\(Self.padded(second / 60)):\(Self.padded(second % 60))+09:00"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// In which hours each device of sample data is on.
struct SampleOutages {
    private let hours: Int
    private var online: [Bool]

    init(devices: Int, hours: Int) {
        self.hours = hours
        online = [Bool](repeating: false, count: devices * hours)
    }

    mutating func setOnline(_ device: Int, hour: Int) { online[device * hours + hour] = true }

    func isOnline(_ device: Int, hour: Int) -> Bool { online[device * hours + hour] }

    func lastOnline(of device: Int) -> Int? { (0..<hours).last { isOnline(device, hour: $0) } }
}
