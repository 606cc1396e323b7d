import Logging

/// A line for people: local time, level, message, then `name=value` pairs.
struct TerminalLogFormat {
    private var time = LogTimeFormatter(.local)
    private let isColored: Bool

    init(isColored: Bool) { self.isColored = isColored }

    mutating func append(_ line: LogLine, to bytes: inout [UInt8]) {
        time.append(line.time, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        appendLevel(line.level, to: &bytes)
        bytes.append(UInt8(ascii: " "))
        Self.append(line.message, to: &bytes)
        for field in line.fields {
            bytes.append(UInt8(ascii: " "))
            if isColored { bytes.append(contentsOf: Color.dim.utf8) }
            Self.append(field.name, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            if isColored { bytes.append(contentsOf: Color.plain.utf8) }
            Self.append(field.value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private func appendLevel(_ level: Logger.Level, to bytes: inout [UInt8]) {
        let name = level.capitals
        if isColored { bytes.append(contentsOf: Color(level).utf8) }
        bytes.append(contentsOf: name.utf8)
        if isColored { bytes.append(contentsOf: Color.plain.utf8) }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(0, 7 - name.utf8.count)))
    }

    private static func append(_ value: LogLine.Field.Value, to bytes: inout [UInt8]) {
        switch value {
        case .text(let text): appendQuotedIfNeeded(text, to: &bytes)
        case .integer(let value): append("\(value)", to: &bytes)
        case .number(let text): append(text, to: &bytes)
        case .truth(let value): append("\(value)", to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: " ")) }
                appendQuotedIfNeeded(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }

    private static func appendQuotedIfNeeded(_ text: String, to bytes: inout [UInt8]) {
        let isPlain = !text.isEmpty && !text.hasByte { $0 <= 0x20 || $0 == 0x22 || $0 == 0x3D || $0 == 0x7F }
        if isPlain { return bytes.append(contentsOf: text.utf8) }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\\")) }
            append(byte, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        guard text.hasByte({ $0 < 0x20 || $0 == 0x7F }) else { return bytes.append(contentsOf: text.utf8) }
        for byte in text.utf8 { append(byte, to: &bytes) }
    }

    /// Control characters are shown as escapes: they could forge lines or drive the terminal.
    private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        guard byte < 0x20 || byte == 0x7F else { return bytes.append(byte) }
        switch byte {
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        default: bytes.append(contentsOf: "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
        }
    }
}

/// The escape sequences that terminals colour text with.
private struct Color {
    static let plain = Color("\u{1B}[0m")
    static let dim = Color("\u{1B}[2m")

    let utf8: String.UTF8View

    private init(_ text: String) { utf8 = text.utf8 }

    init(_ level: Logger.Level) {
        let sequence =
            switch level {
            case .trace, .debug: "\u{1B}[2m"
            case .info: "\u{1B}[32m"
            case .notice: "\u{1B}[36m"
            case .warning: "\u{1B}[33m"
            case .error: "\u{1B}[31m"
            case .critical: "\u{1B}[1;31m"
            }
        self.init(sequence)
    }
}

extension String {
    /// Whether a byte is such; over the bytes in place, as a view of them is several times slower.
    fileprivate func hasByte(_ isSuch: (UInt8) -> Bool) -> Bool {
        utf8.withContiguousStorageIfAvailable { $0.contains(where: isSuch) } ?? utf8.contains(where: isSuch)
    }
}
