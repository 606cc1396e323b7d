import AssistantsAPI
import Logging

/// Why a text is no value of a setting, where more can be said than what is legal.
struct SettingMismatch: Error {
    var reason: String?
}

/// How the text of a setting becomes a value, and what is legal in words.
struct SettingFormat<Value: Sendable>: Sendable {
    let legal: String
    let parse: @Sendable (String) throws(SettingMismatch) -> Value
}

extension SettingFormat<Int> {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        let legal =
            range.upperBound == .max
            ? "an integer of at least \(range.lowerBound)"
            : "an integer from \(range.lowerBound) to \(range.upperBound)"
        return Self(legal: legal) { text throws(SettingMismatch) in
            guard let value = Int(text), range.contains(value) else { throw SettingMismatch() }
            return value
        }
    }

    /// A number of bytes, or of KiB, MiB or GiB with `K`, `M` or `G` at its end.
    static func bytes(_ range: ClosedRange<Int>) -> Self {
        Self(legal: "bytes from \(range.lowerBound) to \(range.upperBound), K, M and G allowed as in 32M") {
            text throws(SettingMismatch) in
            let shift: Int? =
                switch text.last {
                case "K", "k": 10
                case "M", "m": 20
                case "G", "g": 30
                default: nil
                }
            guard let count = Int(shift == nil ? text[...] : text.dropLast()) else { throw SettingMismatch() }
            let (value, overflows) = count.multipliedReportingOverflow(by: 1 << (shift ?? 0))
            guard !overflows, range.contains(value) else { throw SettingMismatch() }
            return value
        }
    }
}

extension SettingFormat<Duration> {
    /// Seconds, with a fraction if wanted.
    static func seconds(_ range: ClosedRange<Double>) -> Self {
        Self(legal: "seconds from \(range.lowerBound.shortest) to \(range.upperBound.shortest)") {
            text throws(SettingMismatch) in
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }),
                let value = Double(text), range.contains(value)
            else { throw SettingMismatch() }
            return .milliseconds((value * 1000).rounded())
        }
    }
}

extension SettingFormat<Bool> {
    static var boolean: Self {
        Self(legal: "true, false, 1, 0, yes, no, on or off") { text throws(SettingMismatch) in
            switch text.lowercased() {
            case "true", "1", "yes", "on": return true
            case "false", "0", "no", "off": return false
            default: throw SettingMismatch()
            }
        }
    }
}

extension SettingFormat where Value: RawRepresentable<String> & CaseIterable {
    static var choice: Self {
        Self(legal: Value.allCases.map(\.rawValue).joined(separator: ", ")) { text throws(SettingMismatch) in
            guard let value = Value(rawValue: text.lowercased()) else { throw SettingMismatch() }
            return value
        }
    }
}

extension SettingFormat<String> {
    /// A text of printable characters, as for a name or a path.
    static func text(_ what: String, longest: Int = 1024) -> Self {
        Self(legal: "\(what), at most \(longest) characters, without control characters") {
            text throws(SettingMismatch) in
            let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            guard isPrintable, text.count <= longest else { throw SettingMismatch() }
            return text
        }
    }

    static var assistantID: Self {
        Self(legal: "asst_ and 1 to 60 letters, digits, - or _, such as asst_signage_analyst") {
            text throws(SettingMismatch) in
            let rest = text.dropFirst(5)
            guard text.hasPrefix("asst_"), (1...60).contains(rest.utf8.count),
                rest.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
            else { throw SettingMismatch() }
            return text
        }
    }
}

extension SettingFormat<Secret> {
    /// A key is sent in a header, where other characters are not legal.
    static var key: Self {
        Self(legal: "a key of printable ASCII characters in one line") { text throws(SettingMismatch) in
            guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw SettingMismatch() }
            return Secret(text)
        }
    }
}

extension SettingFormat<[String: String]> {
    static var jsonObject: Self {
        Self(legal: #"a JSON object of strings, such as {"gpt-4o":"llama3.1:8b"}"#) { text throws(SettingMismatch) in
            guard case .object(let object) = try parsedJSON(text) else {
                throw SettingMismatch(reason: "it is no object")
            }
            var values: [String: String] = [:]
            for (key, value) in object.members {
                guard let value = value.stringValue, !key.isEmpty, !value.isEmpty else {
                    throw SettingMismatch(reason: "the value of \"\(key)\" is no text")
                }
                values[key] = value
            }
            return values
        }
    }
}

extension SettingFormat {
    /// A JSON array of strings, each read by `element`.
    static func jsonArray<Element>(
        of element: SettingFormat<Element>,
        such example: String
    ) -> Self where Value == [Element] {
        Self(legal: "a JSON array, each \(element.legal), such as \(example)") { text throws(SettingMismatch) in
            guard case .array(let elements) = try parsedJSON(text) else {
                throw SettingMismatch(reason: "it is no array")
            }
            var values: [Element] = []
            for json in elements {
                guard let text = json.stringValue else { throw SettingMismatch(reason: "an element is no string") }
                do {
                    values.append(try element.parse(text))
                } catch {
                    throw SettingMismatch(reason: "\"\(text)\" is not legal")
                }
            }
            return values
        }
    }
}

private func parsedJSON(_ text: String) throws(SettingMismatch) -> JSONValue {
    do {
        return try JSONValue(parsing: text)
    } catch {
        throw SettingMismatch(reason: "it is no JSON: \(error.reason) at byte \(error.offset)")
    }
}

extension Double {
    /// Without the fraction where there is none.
    fileprivate var shortest: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}
