import AssistantsAPI
import HTTPTypes

/// The family of texts in which the API says what is wrong with a parameter. Clients match on them.
///
/// `path` leads to the parameter from the body's root, as in `tools[0].function.name`.
extension OpenAIError {
    static func missing(_ path: String) -> OpenAIError {
        invalid("Missing required parameter: '\(path.shortened)'.", path, "missing_required_parameter")
    }

    static func unknownParameter(_ path: String) -> OpenAIError {
        invalid("Unknown parameter: '\(path.shortened)'.", path, "unknown_parameter")
    }

    /// - Parameter expected: with its article, as in `a string`.
    static func wrongType(_ path: String, expected: String, got value: JSONValue) -> OpenAIError {
        let got = value.typeName
        let text = "Invalid type for '\(path.shortened)': expected \(expected), but got \(got) instead."
        return invalid(text, path, "invalid_type")
    }

    static func unsupportedValue(_ value: String, _ path: String, supported: [String]) -> OpenAIError {
        let text = "Invalid value: '\(value.shortened)'. Supported values are: \(listed(supported))."
        return invalid(text, path, "invalid_value")
    }

    static func stringTooLong(_ path: String, maximum: Int, got: Int) -> OpenAIError {
        let text = """
            Invalid '\(path.shortened)': string too long. Expected a string with maximum length \(maximum), \
            but got a string with length \(got) instead.
            """
        return invalid(text, path, "string_above_max_length")
    }

    static func stringEmpty(_ path: String) -> OpenAIError {
        let text = """
            Invalid '\(path.shortened)': string too short. Expected a string with minimum length 1, \
            but got an empty string instead.
            """
        return invalid(text, path, "empty_string")
    }

    static func stringWithoutPattern(_ path: String, pattern: String) -> OpenAIError {
        let text = """
            Invalid '\(path.shortened)': string does not match pattern. \
            Expected a string that matches the pattern '\(pattern)'.
            """
        return invalid(text, path, "invalid_value")
    }

    static func arrayTooLong(_ path: String, maximum: Int, got: Int) -> OpenAIError {
        let text = """
            Invalid '\(path.shortened)': array too long. Expected an array with maximum length \(maximum), \
            but got an array with length \(got) instead.
            """
        return invalid(text, path, "array_above_max_length")
    }

    static func arrayEmpty(_ path: String) -> OpenAIError {
        let text = """
            Invalid '\(path.shortened)': empty array. Expected an array with minimum length 1, \
            but got an empty array instead.
            """
        return invalid(text, path, "empty_array")
    }

    static func tooManyProperties(_ path: String, maximum: Int, got: Int) -> OpenAIError {
        let text = """
            Invalid '\(path.shortened)': too many properties. Expected an object with at most \(maximum) properties, \
            but got an object with \(got) properties instead.
            """
        return invalid(text, path, "object_above_max_properties")
    }

    static func keyTooLong(_ path: String, maximum: Int, got: Int) -> OpenAIError {
        let text = """
            Invalid '\(path.shortened)': property name too long. Expected a property name with maximum length \(maximum), \
            but got a property name with length \(got) instead.
            """
        return invalid(text, path, "string_above_max_length")
    }

    static func outOfRange(_ path: String, _ value: Int, _ range: ClosedRange<Int>) -> OpenAIError {
        outOfRange(path, "integer", isAbove: value > range.upperBound, "\(value)", bounds(range))
    }

    static func outOfRange(_ path: String, _ value: Double, _ range: ClosedRange<Double>) -> OpenAIError {
        let bounds = (lower: range.lowerBound.plainText, upper: range.upperBound.plainText)
        return outOfRange(path, "decimal", isAbove: value > range.upperBound, value.plainText, bounds)
    }

    private static func bounds(_ range: ClosedRange<Int>) -> (lower: String, upper: String) {
        ("\(range.lowerBound)", "\(range.upperBound)")
    }

    private static func outOfRange(
        _ path: String,
        _ kind: String,
        isAbove: Bool,
        _ value: String,
        _ bounds: (lower: String, upper: String)
    ) -> OpenAIError {
        let (word, sign, bound) =
            isAbove ? ("above maximum", "<=", bounds.upper) : ("below minimum", ">=", bounds.lower)
        let text = """
            Invalid '\(path.shortened)': \(kind) \(word) value. Expected a value \(sign) \(bound), \
            but got \(value) instead.
            """
        return invalid(text, path, "\(kind)_\(isAbove ? "above_max" : "below_min")_value")
    }

    /// A parameter whose form is right and whose content is not.
    static func invalidValue(_ message: String, _ path: String) -> OpenAIError {
        invalid(message, path, "invalid_value")
    }

    /// `'a' and 'b'`, or `'a', 'b', and 'c'`.
    private static func listed(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        guard quoted.count > 2, let last = quoted.last else { return quoted.joined(separator: " and ") }
        return "\(quoted.dropLast().joined(separator: ", ")), and \(last)"
    }

    private static func invalid(_ message: String, _ path: String, _ code: String) -> OpenAIError {
        OpenAIError(.badRequest, message, param: path.shortened, code: code)
    }
}

extension JSONValue {
    /// What the value is, with its article.
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a decimal"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension String {
    /// The text as an error may repeat it: what a caller sends can be long.
    var shortened: String { shortened(to: 200) }
}

extension Double {
    /// Without a fraction where there is none.
    fileprivate var plainText: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
