import Foundation
import Synchronization

/// The header `date` of answers, written once a second.
final class ResponseDate: Sendable {
    private let last = Mutex<(second: Int, text: String)>((0, ""))

    /// Now, as RFC 9110 (section 5.6.7) writes a time: `Sun, 06 Nov 1994 08:49:37 GMT`.
    var text: String { text(atSecond: time(nil)) }

    /// - Parameter second: Unix time.
    func text(atSecond second: Int) -> String {
        last.withLock { last in
            if last.second != second { last = (second, Self.write(second)) }
            return last.text
        }
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func write(_ second: Int) -> String {
        var time = second
        var parts = tm()
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year)"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(date) \(clock) GMT"
    }
}
