/// What measures can be broken down by.
enum MeasureDimension: CaseIterable, Sendable {
    case ad, device, location, hour, weekday, week, date, gender, age

    /// Columns of the views; the last is what it is called.
    var keys: [String] {
        switch self {
        case .ad: ["ad_id", "ad"]
        case .device: ["device_id", "device"]
        case .location: ["location"]
        case .hour: ["hour"]
        case .weekday: ["weekday"]
        case .week: ["week"]
        case .date: ["date"]
        case .gender: ["gender"]
        case .age: ["age_group"]
        }
    }

    /// Whether its groups have an order of their own, which tables keep.
    var isOrdered: Bool {
        switch self {
        case .hour, .weekday, .week, .date, .age: true
        case .ad, .device, .location, .gender: false
        }
    }

    func title(in language: Language) -> String {
        switch self {
        case .ad: language("광고", "ad")
        case .device: language("디바이스", "device")
        case .location: language("위치", "location")
        case .hour: language("시간대", "hour")
        case .weekday: language("요일", "day of the week")
        case .week: language("주(월요일 시작)", "week of")
        case .date: language("날짜", "date")
        case .gender: language("성별", "gender")
        case .age: language("연령대", "age group")
        }
    }

    /// A group as it is written.
    func name(of value: String, in language: Language) -> String {
        switch self {
        case .hour: Int(value).map(Figure.hour) ?? value
        case .weekday: Int(value).map { TimeSection.weekday($0 - 1, in: language) } ?? value
        default: value
        }
    }
}
