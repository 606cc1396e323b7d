import Foundation

/// What a text is as a number that SQL can hold exactly.
enum NumberText: Equatable {
    case integer(Int64)
    /// A decimal whose shortest form is the number as it was written.
    case decimal(Double)
    /// A number with more digits than SQL keeps.
    case inexact
    /// No number.
    case none

    /// Reads `-12`, `12.50`, `1,234,567.8` and, of JSON, `1.5e3`. Numbers that begin with a needless zero or a plus are
    /// names (`007`), and so is anything with other signs.
    ///
    /// - Parameter isJSON: Whether the text is a number of JSON, which may have an exponent and no commas.
    init(_ text: UnsafeRawBufferPointer, isJSON: Bool = false) {
        var scan = NumberScan(text)
        self = scan.number(isJSON: isJSON)
    }

    /// Whether it can stand in a column of decimals.
    var isExactDecimal: Bool {
        if case .integer(let value) = self { return value.magnitude <= 1 << 53 }
        return self != .inexact
    }
}

private struct NumberScan {
    private let text: UnsafeRawBufferPointer
    private var index = 0
    private var mantissa: UInt64 = 0
    /// Digits from the first that is not zero.
    private var significant = 0
    private var fraction = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    mutating func number(isJSON: Bool) -> NumberText {
        guard text.count > 0, text.count <= 400 else { return .none }
        let isNegative = take(UInt8(ascii: "-"))
        let first = index
        guard takeInteger(grouped: !isJSON) else { return .none }
        if text[first] == UInt8(ascii: "0"), index > first + 1 { return .none }
        let isInteger = index == text.count
        if isInteger { return integer(isNegative) }
        if take(UInt8(ascii: ".")) {
            let start = index
            takeDigits()
            fraction = index - start
            guard fraction > 0 else { return .none }
        }
        if index == text.count { return decimal(isNegative) }
        guard isJSON else { return .none }
        return slowDecimal()
    }

    private func integer(_ isNegative: Bool) -> NumberText {
        guard significant < 20, significant < 19 || mantissa <= UInt64(Int64.max) + (isNegative ? 1 : 0) else {
            return .inexact
        }
        return .integer(isNegative ? Int64(truncatingIfNeeded: 0 &- mantissa) : Int64(mantissa))
    }

    /// Up to fifteen digits over a power of ten that is exact: the division rounds once, so the result is the nearest.
    private func decimal(_ isNegative: Bool) -> NumberText {
        guard significant <= 15, fraction <= 22 else { return slowDecimal() }
        let value = Double(mantissa) / Self.powers[fraction]
        return .decimal(isNegative ? -value : value)
    }

    private func slowDecimal() -> NumberText {
        let written = String(decoding: text, as: UTF8.self).filter { $0 != "," }
        guard let value = Double(written), value.isFinite else { return .inexact }
        return Self.digits(written) == Self.digits("\(value)") ? .decimal(value) : .inexact
    }

    /// A number's digits and exponent, the same however it is written.
    private static func digits(_ text: String) -> String {
        let parts = text.lowercased().split(separator: "e", maxSplits: 1)
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let sign = parts[0].hasPrefix("-")
        let halves = parts[0].drop { $0 == "-" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var digits = String(halves[0]) + (halves.count > 1 ? String(halves[1]) : "")
        if halves.count > 1 { exponent -= halves[1].count }
        while digits.hasSuffix("0") {
            digits.removeLast()
            exponent += 1
        }
        digits = String(digits.drop { $0 == "0" })
        return digits.isEmpty ? "0" : "\(sign ? "-" : "")\(digits)e\(exponent)"
    }

    private static let powers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }

    /// Digits, in groups of three behind commas where there are commas.
    private mutating func takeInteger(grouped: Bool) -> Bool {
        let start = index
        takeDigits()
        guard index > start else { return false }
        guard grouped, index < text.count, text[index] == UInt8(ascii: ","), index - start <= 3 else { return true }
        while take(UInt8(ascii: ",")) {
            let group = index
            takeDigits()
            guard index - group == 3 else { return false }
        }
        return true
    }

    private mutating func takeDigits() {
        while index < text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return }
            if significant > 0 || digit > 0 { significant += 1 }
            if significant < 20 { mantissa = mantissa &* 10 &+ UInt64(digit) }
            index += 1
        }
    }
}
