/// What of a point in time rows are grouped by, as columns of their own: `viewedAt_hour` beside `viewedAt`.
package enum MomentPart: String, Sendable, CaseIterable {
    /// `YYYY-MM-DD`.
    case date
    /// `YYYY-MM`.
    case month
    /// The Monday that the week begins with, `YYYY-MM-DD`.
    case week
    /// 1 for Monday to 7 for Sunday.
    case weekday
    /// 0 to 23; null where the text names no hour.
    case hour

    package func name(of column: String) -> String { "\(column)_\(rawValue)" }

    var declaration: String {
        switch self {
        case .date, .month, .week: "TEXT"
        case .weekday, .hour: "INTEGER"
        }
    }

    /// The part of a day; `hour` has none.
    func value(ofDay day: Int, to text: ByteHeap) -> (tag: UInt8, word: UInt64) {
        switch self {
        case .date: return Self.written(day, to: text)
        case .month: return Self.written(day, to: text, length: 7)
        case .week: return Self.written(day - CivilCalendar.weekday(ofDay: day), to: text)
        case .weekday: return (StoredValue.Tag.integer, UInt64(CivilCalendar.weekday(ofDay: day) + 1))
        case .hour: return (StoredValue.Tag.null, 0)
        }
    }

    private static func written(_ day: Int, to heap: ByteHeap, length: Int = 10) -> (tag: UInt8, word: UInt64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: MomentText.capacity) { buffer in
            guard let start = buffer.baseAddress else { return (StoredValue.Tag.null, 0) }
            var text = MomentText(start)
            text.write(Moment(day: day, secondOfDay: 0, zone: .unstated, hasTime: false), isDay: true)
            return StoredValue.text(UnsafeRawBufferPointer(rebasing: text.bytes[..<length])).written(to: heap)
        }
    }
}

/// The days and the hours of one column's points in time, each as a number for each row.
struct MomentParts {
    /// Days in the order in which they came; their numbers begin with 1.
    private(set) var days: [Int] = []
    private var numbers: [Int: UInt16] = [:]
    private var last: (day: Int, number: UInt16)?
    /// Of each number of the column's dictionary, the day's and the hour's.
    private var known: [(day: UInt16, hour: UInt16)] = [(0, 0)]
    let dayCodes = CodeBuffer()
    let hourCodes = CodeBuffer()
    /// Whether there are more days than numbers: the parts are of no use then.
    private(set) var isFull = false
    private(set) var hasHours = false

    /// Notes the next value of the dictionary.
    mutating func know(_ moment: Moment?, isDay: Bool) { known.append(numbers(of: moment, isDay: isDay)) }

    mutating func put(_ moment: Moment?, isDay: Bool, at row: Int) { put(numbers(of: moment, isDay: isDay), at: row) }

    func put(known code: UInt16, at row: Int) { put(known[Int(code)], at: row) }

    private func put(_ numbers: (day: UInt16, hour: UInt16), at row: Int) {
        dayCodes.codes[row] = numbers.day
        hourCodes.codes[row] = numbers.hour
    }

    private mutating func numbers(of moment: Moment?, isDay: Bool) -> (day: UInt16, hour: UInt16) {
        guard let moment else { return (0, 0) }
        let hour = isDay && !moment.hasTime ? 0 : UInt16(moment.hour) + 1
        if hour > 0 { hasHours = true }
        if let last, last.day == moment.day { return (last.number, hour) }
        var number = numbers[moment.day] ?? 0
        if number == 0 {
            guard days.count < Int(UInt16.max) else {
                isFull = true
                return (0, hour)
            }
            days.append(moment.day)
            number = UInt16(days.count)
            numbers[moment.day] = number
        }
        last = (moment.day, number)
        return (number, hour)
    }
}

/// Numbers of 16 bits of the rows of a group.
final class CodeBuffer {
    let codes = UnsafeMutablePointer<UInt16>.allocate(capacity: RowGroup.rows)

    init() { clear() }

    deinit { codes.deallocate() }

    /// Makes all of them 0.
    func clear() { codes.initialize(repeating: 0, count: RowGroup.rows) }

    func bytes(rows: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: codes, count: 2 * rows) }
}
