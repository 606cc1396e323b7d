#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A moment as logs tell it, to the millisecond.
package struct LogTime: Sendable, Equatable {
    /// Since 1970.
    package let milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    package static func now() -> LogTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(milliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }
}

/// Writes times as text. Lines of the same second share their calendar arithmetic.
struct LogTimeFormatter {
    enum Zone { case utc, local }

    private let zone: Zone
    private var second = Int.min
    /// `2026-08-26T09:30:00` of `second`, the `T` a space in local time.
    private var prefix: [UInt8] = []

    init(_ zone: Zone) { self.zone = zone }

    /// Appends `2026-08-26T09:30:00.123Z`, or in local time `2026-08-26 09:30:00.123`.
    mutating func append(_ time: LogTime, to bytes: inout [UInt8]) {
        let (quotient, remainder) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
        if quotient != second {
            second = quotient
            prefix = text(of: quotient)
        }
        bytes.append(contentsOf: prefix)
        bytes.append(UInt8(ascii: "."))
        bytes.appendDigits(remainder, count: 3)
        if zone == .utc { bytes.append(UInt8(ascii: "Z")) }
    }

    private func text(of second: Int) -> [UInt8] {
        var time = time_t(second)
        var parts = tm()
        switch zone {
        case .utc: gmtime_r(&time, &parts)
        case .local: localtime_r(&time, &parts)
        }
        var text: [UInt8] = []
        text.appendDigits(Int(parts.tm_year) + 1900, count: 4)
        text.append(UInt8(ascii: "-"))
        text.appendDigits(Int(parts.tm_mon) + 1, count: 2)
        text.append(UInt8(ascii: "-"))
        text.appendDigits(Int(parts.tm_mday), count: 2)
        text.append(zone == .utc ? UInt8(ascii: "T") : UInt8(ascii: " "))
        text.appendDigits(Int(parts.tm_hour), count: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(Int(parts.tm_min), count: 2)
        text.append(UInt8(ascii: ":"))
        text.appendDigits(Int(parts.tm_sec), count: 2)
        return text
    }
}

extension [UInt8] {
    fileprivate mutating func appendDigits(_ value: Int, count: Int) {
        var divisor = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
