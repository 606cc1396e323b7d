import AssistantsAPI

/// How the value of a field is read for each kind of use.
extension JSONValue {
    /// The value as a name to group rows by: `7`, `7.0` and `"7"` are one.
    var groupName: String? {
        switch self {
        case .string(let text): text.trimmed
        case .integer(let number): String(number)
        case .number(let number):
            if let whole = Int(exactly: number) { String(whole) } else { String(number) }
        case .bool(let flag): flag ? "true" : "false"
        case .array(let elements):
            elements.isEmpty ? nil : elements.prefix(8).compactMap(\.groupName).joined(separator: ", ")
        case .null, .object: nil
        }
    }

    /// The value as a finite number, also when it was written as text.
    var amount: Double? {
        switch self {
        case .integer(let number): return Double(number)
        case .number(let number): return number.isFinite ? number : nil
        case .bool(let flag): return flag ? 1 : 0
        case .string(let text):
            guard text.utf8.count <= 40, let number = Double(text.filter { $0 != "," && $0 != " " }) else { return nil }
            return number.isFinite ? number : nil
        case .null, .array, .object: return nil
        }
    }

    /// The value as a yes or no.
    var flag: Bool? {
        switch self {
        case .bool(let flag): return flag
        case .integer(let number): return number != 0
        case .number(let number): return number != 0
        case .string(let text):
            switch text.trimmed?.lowercased() {
            case "true", "y", "yes", "1", "o", "예", "네", "참", "클릭", "click", "clicked": return true
            case "false", "n", "no", "0", "x", "아니오", "아니요", "거짓", "미클릭", nil: return false
            default: return nil
            }
        case .null, .array, .object: return nil
        }
    }

    /// The value as a duration: a number in the unit of its field, or a text that may name its own.
    func duration(in unit: DurationUnit) -> (value: Double, unit: DurationUnit)? {
        if case .string(let text) = self {
            if let amount { return (amount, unit) }
            return Self.duration(of: text)
        }
        if case .bool = self { return nil }
        return amount.map { ($0, unit) }
    }

    /// Reads `12.5s`, `1500 ms`, `3초`, `2분 30초`, `01:02:03`.
    private static func duration(of text: String) -> (value: Double, unit: DurationUnit)? {
        guard text.utf8.count <= 40 else { return nil }
        if text.contains(":") {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
            guard 2...3 ~= parts.count else { return nil }
            var seconds = 0.0
            for part in parts {
                guard let part, part.isFinite, part >= 0 else { return nil }
                seconds = seconds * 60 + part
            }
            return (seconds, .seconds)
        }
        var milliseconds = 0.0
        var digits = ""
        var unit = ""
        func part() -> Double? {
            guard let number = Double(digits), number.isFinite, let factor = factors[unit.lowercased()] else {
                return nil
            }
            return number * factor
        }
        for character in text where character != " " && character != "," {
            if character.isASCII && (character.isNumber || character == "." || character == "-") {
                if !unit.isEmpty {
                    guard let part = part() else { return nil }
                    milliseconds += part
                    (digits, unit) = ("", "")
                }
                digits.append(character)
            } else {
                unit.append(character)
            }
        }
        return part().map { (milliseconds + $0, .milliseconds) }
    }

    private static let factors: [String: Double] = [
        "ms": 1, "msec": 1, "밀리초": 1, "s": 1000, "sec": 1000, "secs": 1000, "seconds": 1000, "초": 1000, "m": 60_000,
        "min": 60_000, "mins": 60_000, "minutes": 60_000, "분": 60_000, "h": 3_600_000, "시간": 3_600_000,
    ]
}

extension String {
    /// The text without white space around it, nil when nothing is left.
    var trimmed: String? {
        if hasPlainEnds { return self }
        let start = firstIndex { !$0.isWhitespace }
        let end = lastIndex { !$0.isWhitespace }
        guard let start, let end else { return nil }
        return String(self[start...end])
    }

    /// Whether a look at two bytes tells that there is nothing to trim, which it does for ASCII and Hangul.
    private var hasPlainEnds: Bool {
        guard let first = utf8.first, let last = utf8.last, Self.beginsNoSpace(first) else { return false }
        if last < 0x80 { return last > 0x20 }
        guard utf8.count > 2 else { return false }
        // No white space of three bytes has a lead byte of 0xE4 or more.
        return Self.beginsNoSpace(utf8[utf8.index(utf8.endIndex, offsetBy: -3)]) && last & 0xC0 == 0x80
    }

    private static func beginsNoSpace(_ byte: UInt8) -> Bool { 0x21...0x7E ~= byte || 0xE4...0xF4 ~= byte }
}
