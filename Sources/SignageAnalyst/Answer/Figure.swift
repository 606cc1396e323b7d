import DataTables

/// How figures are written.
enum Figure {
    /// What stands where there is no figure, a division by zero included.
    static let none = "–"

    /// `1,234`, or up to two decimals for a number that is not whole.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return none }
        guard value.magnitude < 1e15 else { return "\(value)" }
        let hundredths = (value.magnitude * 100).rounded()
        let whole = Int(hundredths / 100)
        let rest = Int(hundredths - Double(whole) * 100)
        var text = number(whole)
        if rest > 0 { text += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)" }
        return value < 0 && hundredths > 0 ? "-" + text : text
    }

    static func number(_ value: Double?) -> String { value.map { number($0) } ?? none }

    static func number(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// One decimal, halves up: `12.5%`.
    static func percent(_ part: Double?, of whole: Double?) -> String {
        guard let part, let whole, whole > 0, (part / whole).isFinite else { return none }
        return tenths(part * 1000 / whole) + "%"
    }

    /// A change with its sign: `+12.5%`.
    static func change(from before: Double, to after: Double) -> String {
        guard before > 0 else { return none }
        let text = percent((after - before).magnitude, of: before)
        return text == none ? none : (after > before ? "+" : after < before ? "-" : "±") + text
    }

    /// One decimal and no unit: `12.3`.
    static func oneDecimal(_ value: Double?) -> String {
        guard let value, value.isFinite else { return none }
        return tenths(value * 10)
    }

    private static func tenths(_ scaled: Double) -> String {
        guard scaled.magnitude < 1e15 else { return "\(scaled / 10)" }
        let rounded = Int(scaled.magnitude.rounded())
        return (scaled < 0 && rounded > 0 ? "-" : "") + number(rounded / 10) + ".\(rounded % 10)"
    }

    static func date(ofDay day: Int) -> String {
        let (year, month, date) = CivilCalendar.date(ofDay: day)
        return "\(year)-\(padded(month))-\(padded(date))"
    }

    static func moment(_ moment: Moment) -> String {
        guard moment.hasTime else { return date(ofDay: moment.day) }
        return date(ofDay: moment.day) + " \(padded(moment.hour)):\(padded(moment.secondOfDay / 60 % 60))"
    }

    static func hour(_ hour: Int) -> String { "\(padded(hour)):00–\(padded(hour)):59" }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
