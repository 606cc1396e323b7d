import AssistantsAPI
import Hummingbird
import HummingbirdCore

/// The query parameters of a list under `/v1`.
enum ListParameters {
    /// The page that is asked for: the newest first, unless said otherwise.
    static func read(
        _ request: Request,
        limits: ClosedRange<Int> = 1...100,
        defaultLimit: Int = 20
    ) throws -> PageRequest {
        let query = request.uri.queryParameters
        return PageRequest(
            limit: try limit(query, limits) ?? defaultLimit,
            order: try order(query),
            after: text("after", in: query),
            before: text("before", in: query)
        )
    }

    /// A parameter's text. One that is named without a value counts as absent.
    static func text(_ name: Substring, in query: FlatDictionary<Substring, Substring>) -> String? {
        query[name].flatMap { $0.isEmpty ? nil : String($0) }
    }

    private static func limit(
        _ query: FlatDictionary<Substring, Substring>,
        _ limits: ClosedRange<Int>
    ) throws -> Int? {
        guard let text = text("limit", in: query) else { return nil }
        guard let value = Int(text) else {
            throw OpenAIError.wrongType("limit", expected: "an integer", got: .string(text))
        }
        guard limits.contains(value) else { throw OpenAIError.outOfRange("limit", value, limits) }
        return value
    }

    private static func order(_ query: FlatDictionary<Substring, Substring>) throws -> PageRequest.Order {
        guard let text = text("order", in: query) else { return .descending }
        guard let order = PageRequest.Order(rawValue: text) else {
            let words = PageRequest.Order.allCases.map(\.rawValue)
            throw OpenAIError.unsupportedValue(text, "order", supported: words)
        }
        return order
    }
}
