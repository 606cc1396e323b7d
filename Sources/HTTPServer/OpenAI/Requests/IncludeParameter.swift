import Hummingbird

/// The query parameter `include[]`, which asks for parts of an answer that are left out otherwise.
enum IncludeParameter {
    private static let fileSearchContent = "step_details.tool_calls[*].file_search.results[*].content"

    /// Whether the texts of file search results are asked for. SDKs write the name as `include[]`, `include` or
    /// `include[0]`, its brackets encoded or bare.
    static func read(_ request: Request) throws -> Bool {
        var isAsked = false
        for (name, value) in request.uri.queryParameters where isInclude(String(name).percentDecoded) {
            guard value == fileSearchContent else {
                throw OpenAIError.unsupportedValue(String(value), "include", supported: [fileSearchContent])
            }
            isAsked = true
        }
        return isAsked
    }

    private static func isInclude(_ name: String) -> Bool {
        guard name.hasPrefix("include") else { return false }
        let rest = name.dropFirst("include".count)
        if rest.isEmpty { return true }
        return rest.first == "[" && rest.last == "]" && rest.dropFirst().dropLast().allSatisfy(\.isNumber)
    }
}
