import Foundation

/// How decimals are written.
enum DecimalText {
    /// The shortest text that is this number and no other.
    static func exact(_ value: Double) -> String { "\(value)" }

    /// The number to fifteen digits, which a computation has right; what comes after is noise (0.1 + 0.2).
    static func computed(_ value: Double) -> String {
        guard let rounded = Double(String(format: "%.15g", value)) else { return "\(value)" }
        return "\(rounded)"
    }
}
