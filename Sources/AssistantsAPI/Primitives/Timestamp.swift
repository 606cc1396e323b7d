#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A point in time as the API tells it: whole seconds since 1970.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let seconds: Int

    package init(seconds: Int) { self.seconds = seconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }

    package func adding(_ duration: Duration) -> Timestamp {
        Timestamp(seconds: seconds + Int(duration.components.seconds))
    }

    /// ISO 8601 in UTC, as in `2026-08-26T09:30:00Z`.
    package var iso8601: String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        func padded(_ value: Int32, _ width: Int = 2) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
            + "T\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))Z"
    }
}

extension Timestamp: JSONWritable {
    package func write(to writer: inout JSONWriter) { writer.value(seconds) }
}

/// Where times come from, passed in so that tests can set it.
package struct WallClock: Sendable {
    /// Milliseconds since 1970.
    package let milliseconds: @Sendable () -> Int

    package init(milliseconds: @escaping @Sendable () -> Int) { self.milliseconds = milliseconds }

    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    package func now() -> Timestamp { Timestamp(seconds: milliseconds() / 1000) }
}
