import HTTPTypes
import Hummingbird

/// The header `OpenAI-Beta`, in which clients say which generation of the Assistants API they speak.
struct BetaHeader: Sendable {
    /// Whether clients must name a generation. Those who name another one are refused in any case.
    let isRequired: Bool
    /// The prefix that a proxy may have left in the path; or empty.
    let rootPath: String

    private static let current = "assistants=v2"

    /// Throws when a request for the Assistants API names another generation, or none although one must be named.
    func check(_ request: Request) throws {
        guard let isRequired = requirement(request) else { return }
        try Self.check(request, isRequired: isRequired)
    }

    /// Nil where the header means nothing. What is not OpenAI's, as the events of a run, which a browser reads without
    /// being able to send the header, does not ask for it.
    private func requirement(_ request: Request) -> Bool? {
        var path = request.uri.path
        if !rootPath.isEmpty, path.hasPrefix(rootPath) { path = String(path.dropFirst(rootPath.count)) }
        guard path.hasPrefix("/v1/assistants") || path.hasPrefix("/v1/threads") else { return nil }
        let isOurs =
            path.hasSuffix("/events") || path.hasSuffix("/fork") || (path == "/v1/threads" && request.method == .get)
        return isRequired && !isOurs
    }

    private static func check(_ request: Request, isRequired: Bool) throws {
        // What all clients send.
        if request.headers.value(of: .openAIBeta) == current { return }
        let values = request.headers[values: .openAIBeta].flatMap { $0.split(separator: ",") }
        let tokens = values.map { $0.drop { $0 == " " }.prefix { $0 != " " }.lowercased() }.filter { !$0.isEmpty }
        if tokens.contains(current) { return }
        if let old = tokens.first(where: { $0.hasPrefix("assistants=") }) {
            throw refusal("The beta '\(old.shortened)' is not served any more. Please use 'OpenAI-Beta: \(current)'.")
        }
        guard isRequired else { return }
        if let token = tokens.first(where: { !$0.contains("=") }) {
            throw refusal(
                "Invalid beta header provided: '\(token.shortened)'. "
                    + "The header should be in the format 'OpenAI-Beta: example_beta=v1'."
            )
        }
        if let name = tokens.first?.prefix(while: { $0 != "=" }) {
            throw refusal("Unknown beta requested: '\(String(name).shortened)'.")
        }
        throw refusal(
            "You must provide the 'OpenAI-Beta' header to access the Assistants API. "
                + "Please try again by setting the header 'OpenAI-Beta: \(current)'."
        )
    }

    private static func refusal(_ message: String) -> OpenAIError {
        OpenAIError(.badRequest, message, code: "invalid_beta")
    }
}

extension HTTPField.Name {
    static let openAIBeta = HTTPField.Name.constant("openai-beta")
}
