/// How points in time are written in tables: `2026-03-02`, or `2026-03-02 09:05:00`, with a fraction where there is one.
/// Text of this form sorts by time and is what SQL's date functions read.
struct MomentText {
    private let buffer: UnsafeMutablePointer<UInt8>
    private var count = 0

    /// In bytes, of the longest.
    static let capacity = 32

    /// - Parameter buffer: Where the text is written: at least `capacity` bytes, which must outlive the use of it.
    init(_ buffer: UnsafeMutablePointer<UInt8>) { self.buffer = buffer }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: buffer, count: count) }

    /// - Parameter isDay: Whether a time that names no hour is written as a day alone.
    mutating func write(_ moment: Moment, isDay: Bool) {
        count = 0
        let (year, month, day) = CivilCalendar.date(ofDay: moment.day)
        number(year, digits: 4)
        sign("-")
        number(month, digits: 2)
        sign("-")
        number(day, digits: 2)
        if isDay, !moment.hasTime { return }
        sign(" ")
        number(moment.secondOfDay / 3600, digits: 2)
        sign(":")
        number(moment.secondOfDay / 60 % 60, digits: 2)
        sign(":")
        number(moment.secondOfDay % 60, digits: 2)
        if moment.nanosecond > 0 { fraction(moment.nanosecond) }
    }

    private mutating func fraction(_ nanosecond: Int) {
        sign(".")
        let isWholeMilliseconds = nanosecond % 1_000_000 == 0
        number(isWholeMilliseconds ? nanosecond / 1_000_000 : nanosecond, digits: isWholeMilliseconds ? 3 : 9)
        while !isWholeMilliseconds, buffer[count - 1] == UInt8(ascii: "0") { count -= 1 }
    }

    private mutating func number(_ value: Int, digits: Int) {
        var rest = value
        for index in stride(from: digits - 1, through: 0, by: -1) {
            buffer[count + index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    private mutating func sign(_ sign: Unicode.Scalar) {
        buffer[count] = UInt8(ascii: sign)
        count += 1
    }
}
