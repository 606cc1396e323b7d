import AssistantsAPI

/// A point in time as the clock on the wall showed it where the data were written.
///
/// A time with a zone keeps the wall clock of that zone; nothing is converted.
package struct Moment: Equatable, Sendable {
    package enum Zone: Hashable, Sendable {
        /// The text names no zone.
        case unstated
        /// Minutes east of UTC, as written.
        case offset(Int)
        /// A number of seconds or milliseconds since 1970, shown in UTC.
        case epoch
    }

    /// Days since 1970-01-01 on the wall's calendar.
    package let day: Int
    package let secondOfDay: Int
    /// What the time says beyond its seconds.
    package let nanosecond: Int
    package let zone: Zone
    /// Whether the text gave a time of day at all.
    package let hasTime: Bool

    package var hour: Int { secondOfDay / 3600 }

    /// Seconds since 1970 on the wall clock; good for comparing times that were written alike.
    package var wallSeconds: Int { day * 86400 + secondOfDay }

    /// Reads an ISO 8601 text, the usual variants of it, what JavaScript writes for Korean and American users, or a
    /// number of seconds, milliseconds or microseconds since 1970.
    package init?(_ value: JSONValue) {
        switch value {
        case .string(let text):
            guard let moment = MomentParser.moment(in: text) else { return nil }
            self = moment
        case .integer(let number):
            // 20250131 and 20250131093000 are dates written as numbers.
            let isCompactDate = 1000_0101...9999_1231 ~= number || 1000_0101_000000...9999_1231_235959 ~= number
            guard let moment = isCompactDate ? MomentParser.moment(in: String(number)) : Moment(epoch: number)
            else { return nil }
            self = moment
        case .number(let number): self.init(epoch: number)
        default: return nil
        }
    }

    package init(day: Int, secondOfDay: Int, nanosecond: Int = 0, zone: Zone, hasTime: Bool = true) {
        self.day = day
        self.secondOfDay = secondOfDay
        self.nanosecond = nanosecond
        self.zone = zone
        self.hasTime = hasTime
    }

    /// Takes the unit by the size of the number: from 2001 to 2286 it is told by the digits. Others are no times.
    init?(epoch: Double) {
        let seconds: Double
        switch epoch {
        case 1e9..<1e10: seconds = epoch
        case 1e12..<1e13: seconds = epoch / 1e3
        case 1e15..<1e16: seconds = epoch / 1e6
        default: return nil
        }
        let whole = Int(seconds.rounded(.down))
        self.init(day: whole / 86400, secondOfDay: whole % 86400, zone: .epoch)
    }

    /// The same of an integer, to its last digit.
    init?(epoch: Int) {
        let perSecond: Int
        switch epoch {
        case 1_000_000_000..<10_000_000_000: perSecond = 1
        case 1_000_000_000_000..<10_000_000_000_000: perSecond = 1000
        case 1_000_000_000_000_000..<10_000_000_000_000_000: perSecond = 1_000_000
        default: return nil
        }
        let seconds = epoch / perSecond
        let nanosecond = epoch % perSecond * (1_000_000_000 / perSecond)
        self.init(day: seconds / 86400, secondOfDay: seconds % 86400, nanosecond: nanosecond, zone: .epoch)
    }
}

/// The Gregorian calendar as arithmetic on days since 1970-01-01.
package enum CivilCalendar {
    /// Nil for a date that does not exist.
    package static func day(year: Int, month: Int, day: Int) -> Int? {
        guard 1000...9999 ~= year, 1...12 ~= month, 1...length(ofMonth: month, in: year) ~= day else { return nil }
        // Years begin in March here, so that the leap day comes last (Howard Hinnant's days_from_civil).
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146097 + dayOfEra - 719468
    }

    package static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719468
        let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
        let dayOfEra = shifted - era * 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// 0 for Monday to 6 for Sunday.
    package static func weekday(ofDay day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }

    private static func length(ofMonth month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Moment {
    /// Reads the form that nearly all machines write, `2026-03-02T09:05:00+09:00` with a space or a `T`, a fraction or none
    /// and a zone or none; nil for any other, which `MomentParser` may know.
    init?(plain text: UnsafeBufferPointer<UInt8>) {
        guard text.count >= 19, text.count <= 35, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"), let year = text.number(0, 4), let month = text.number(5, 2),
            let date = text.number(8, 2), let hour = text.number(11, 2), let minute = text.number(14, 2),
            let second = text.number(17, 2), hour < 24, minute < 60, second < 60,
            let day = CivilCalendar.day(year: year, month: month, day: date)
        else { return nil }
        let seconds = hour * 3600 + minute * 60 + second
        if text.count == 19 {
            self.init(day: day, secondOfDay: seconds, zone: .unstated)
        } else if text.count == 20, text[19] == UInt8(ascii: "Z") {
            self.init(day: day, secondOfDay: seconds, zone: .offset(0))
        } else if text.count == 25, text[19] == UInt8(ascii: "+") || text[19] == UInt8(ascii: "-"),
            text[22] == UInt8(ascii: ":"), let hours = text.number(20, 2), let minutes = text.number(23, 2),
            hours <= 15, minutes < 60
        {
            let offset = hours * 60 + minutes
            let zone = Zone.offset(text[19] == UInt8(ascii: "-") ? -offset : offset)
            self.init(day: day, secondOfDay: seconds, zone: zone)
        } else {
            return nil
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func number(_ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<(start + count) {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
