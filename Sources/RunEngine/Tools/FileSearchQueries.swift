import AssistantsAPI

/// What a call of the search asks for. Small models send one text in place of a list, or no JSON at all.
package struct FileSearchQueries {
    /// Without repeats and empty ones.
    package let texts: [String]

    /// Queries of one call that are searched for.
    private static let limit = 8
    /// Unicode scalars of a query; what is longer is no question.
    private static let length = 4096

    private static let members = ["queries", "query", "q", "search", "question"]

    /// - Parameter arguments: as the model wrote them.
    package init(in arguments: String) {
        var given: [String]
        if let value = try? JSONValue(parsing: arguments) {
            let value = Self.members.lazy.compactMap { value[$0] }.first ?? value
            given = value.stringValue.map { [$0] } ?? (value.arrayValue ?? []).compactMap(\.stringValue)
        } else {
            given = [arguments]
        }
        given = given.map { String($0.trimmingSpaces.unicodeScalars.prefix(Self.length)) }
        var kept: [String] = []
        for text in given where !text.isEmpty && !kept.contains(text) { kept.append(text) }
        texts = Array(kept.prefix(Self.limit))
    }
}
