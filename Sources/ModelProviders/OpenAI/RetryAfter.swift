import Foundation
import NIOHTTP1

/// When a backend wants to be asked again, as its headers say.
package enum RetryAfter {
    /// `retry-after-ms` (milliseconds) before `Retry-After` (seconds or an HTTP date); nil without either.
    package static func read(_ headers: HTTPHeaders, now: Date) -> Duration? {
        if let value = headers.first(name: "retry-after-ms"), let milliseconds = Double(value.trimmed) {
            return duration(milliseconds / 1000)
        }
        guard let value = headers.first(name: "retry-after")?.trimmed else { return nil }
        if let seconds = Double(value) { return duration(seconds) }
        return date(value).flatMap { duration(max(0, $0.timeIntervalSince(now))) }
    }

    /// `x-should-retry`, with which OpenAI overrules the status.
    package static func verdict(_ headers: HTTPHeaders) -> Bool? {
        switch headers.first(name: "x-should-retry")?.trimmed.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// A wait of more than a year is taken for a year.
    private static func duration(_ seconds: Double) -> Duration? {
        guard seconds.isFinite, seconds >= 0 else { return nil }
        return .milliseconds(Int(min(seconds, 31_536_000) * 1000))
    }

    /// An HTTP date in its preferred form, `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Date? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let month = months.firstIndex(of: parts[2]),
            let year = Int(parts[3])
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3 else { return nil }
        var components = DateComponents()
        components.calendar = Calendar(identifier: .gregorian)
        components.timeZone = .gmt
        (components.year, components.month, components.day) = (year, month + 1, day)
        (components.hour, components.minute, components.second) = (clock[0], clock[1], clock[2])
        return components.date
    }

    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
