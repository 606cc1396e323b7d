/// Reads times of day and dates from text.
package struct MomentParser {
    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var nanosecond = 0

    /// The time that the whole of `text` is, nil when it is none.
    package static func moment(in text: String) -> Moment? {
        var copy = text
        return copy.withUTF8 { moment(in: $0) }
    }

    static func moment(in text: UnsafeBufferPointer<UInt8>) -> Moment? {
        guard text.count <= 64 else { return nil }
        var parser = MomentParser(text: text)
        return parser.moment()
    }

    /// The seconds of the day of a text such as `09:30:00` or `오후 3:05`, nil when it is none.
    package static func timeOfDay(in text: String) -> Int? {
        var copy = text
        return copy.withUTF8 { utf8 in
            guard utf8.count <= 40 else { return nil }
            var parser = MomentParser(text: utf8)
            guard let seconds = parser.timeOfDay(), parser.isAtEnd else { return nil }
            return seconds
        }
    }

    private init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    private var isAtEnd: Bool { index == text.count }

    private mutating func moment() -> Moment? {
        skipSpaces()
        let start = index
        guard let first = number() else { return nil }
        switch index - start {
        case 4: return moment(year: first)
        case 8: return moment(compactDate: first)
        case 14: return moment(compactDate: first / 1_000_000, time: first % 1_000_000)
        case 1, 2: return americanMoment(month: first)
        default:
            skipFraction()
            return isAtEnd ? Moment(epoch: first) : nil
        }
    }

    /// `2025-01-02T10:00:00+09:00`, `2025.01.02 10:00`, `2025. 1. 2. 오전 10:00:00`, `2025년 1월 2일 10시 30분`.
    private mutating func moment(year: Int) -> Moment? {
        guard takeDateSeparator(or: "년"), let month = number(), takeDateSeparator(or: "월"), let date = number() else {
            return nil
        }
        _ = takeDateSeparator(or: "일")
        guard let day = CivilCalendar.day(year: year, month: month, day: date) else { return nil }
        return moment(on: day)
    }

    private mutating func moment(compactDate: Int) -> Moment? {
        guard let day = Self.day(compactDate) else { return nil }
        return moment(on: day)
    }

    private mutating func moment(compactDate: Int, time: Int) -> Moment? {
        guard isAtEnd, let day = Self.day(compactDate), time / 10000 < 24, time / 100 % 100 < 60, time % 100 < 60 else {
            return nil
        }
        let seconds = time / 10000 * 3600 + time / 100 % 100 * 60 + time % 100
        return Moment(day: day, secondOfDay: seconds, zone: .unstated)
    }

    /// `1/31/2025, 10:30:00 AM`. Without AM or PM, day and month might be the other way round.
    private mutating func americanMoment(month: Int) -> Moment? {
        guard take("/"), let date = number(), take("/"), let year = number(),
            let day = CivilCalendar.day(year: year, month: month, day: date)
        else { return nil }
        guard let last = text.last, last == UInt8(ascii: "M") || last == UInt8(ascii: "m") || date > 12 else {
            return nil
        }
        return moment(on: day)
    }

    private static func day(_ compact: Int) -> Int? {
        CivilCalendar.day(year: compact / 10000, month: compact / 100 % 100, day: compact % 100)
    }

    private mutating func moment(on day: Int) -> Moment? {
        while take(" ") || take(",") || take("T") || take("t") || take(".") {}
        if isAtEnd { return Moment(day: day, secondOfDay: 0, zone: .unstated, hasTime: false) }
        if let zone = zone(), isAtEnd { return Moment(day: day, secondOfDay: 0, zone: zone, hasTime: false) }
        guard let seconds = timeOfDay() else { return nil }
        let zone = zone()
        if take("[") { index = text.count }
        guard isAtEnd else { return nil }
        return Moment(day: day, secondOfDay: seconds, nanosecond: nanosecond, zone: zone ?? .unstated)
    }

    private mutating func timeOfDay() -> Int? {
        skipSpaces()
        var half = half()
        skipSpaces()
        let start = index
        guard var hour = number() else { return nil }
        var minute = 0
        var second = 0
        if index - start == 4 || index - start == 6 {
            let digits = index - start == 4 ? hour * 100 : hour
            (hour, minute, second) = (digits / 10000, digits / 100 % 100, digits % 100)
        } else if take(":") {
            guard let value = number() else { return nil }
            minute = value
            if take(":") {
                guard let value = number() else { return nil }
                second = value
                skipFraction()
            }
        } else if take("시") {
            skipSpaces()
            if let value = number() {
                guard take("분") else { return nil }
                minute = value
                skipSpaces()
                if let value = number() {
                    guard take("초") else { return nil }
                    second = value
                }
            }
        } else if half == nil {
            return nil
        }
        skipSpaces()
        if half == nil { half = self.half() }
        skipSpaces()
        if let half {
            guard 1...12 ~= hour else { return nil }
            hour = hour % 12 + (half == .afternoon ? 12 : 0)
        }
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        return hour * 3600 + minute * 60 + min(second, 59)
    }

    private enum Half { case morning, afternoon }

    private mutating func half() -> Half? {
        if take("오전") || take("AM") || take("am") || take("a.m.") { return .morning }
        if take("오후") || take("PM") || take("pm") || take("p.m.") { return .afternoon }
        return nil
    }

    private mutating func zone() -> Moment.Zone? {
        if take("Z") || take("z") { return .offset(0) }
        if take("KST") { return .offset(540) }
        let isNamed = take("UTC") || take("GMT")
        let sign: Int
        if take("+") {
            sign = 1
        } else if take("-") {
            sign = -1
        } else {
            return isNamed ? .offset(0) : nil
        }
        let start = index
        guard let first = number() else { return nil }
        if index - start == 4 { return .offset(sign * (first / 100 * 60 + first % 100)) }
        guard first <= 15 else { return nil }
        var minutes = first * 60
        if take(":") {
            guard let rest = number(), rest < 60 else { return nil }
            minutes += rest
        }
        return .offset(sign * minutes)
    }
}

extension MomentParser {
    /// At most seventeen digits.
    private mutating func number() -> Int? {
        let start = index
        var value = 0
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10 {
            guard index - start < 17 else { return nil }
            value = value * 10 + Int(text[index] - UInt8(ascii: "0"))
            index += 1
        }
        return index > start ? value : nil
    }

    private mutating func skipFraction() {
        guard index + 1 < text.count, text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ","),
            text[index + 1] &- UInt8(ascii: "0") < 10
        else { return }
        index += 1
        nanosecond = 0
        var weight = 100_000_000
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10 {
            nanosecond += Int(text[index] - UInt8(ascii: "0")) * weight
            weight /= 10
            index += 1
        }
    }

    private mutating func skipSpaces() {
        while index < text.count, text[index] == UInt8(ascii: " ") { index += 1 }
    }

    private mutating func takeDateSeparator(or word: StaticString) -> Bool {
        let found = take("-") || take("/") || take(".") || take(word)
        skipSpaces()
        return found
    }

    private mutating func take(_ sign: StaticString) -> Bool {
        let count = sign.utf8CodeUnitCount
        guard index + count <= text.count else { return false }
        for offset in 0..<count where text[index + offset] != sign.utf8Start[offset] { return false }
        index += count
        return true
    }
}
