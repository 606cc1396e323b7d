import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `GET /v1/threads`: the threads of a project, or those with certain metadata or words.
///
/// `metadata[key]=value` may be given several times, and each pair must be there; `q` is looked for in the messages.
struct ThreadSearchRoutes: Sendable {
    let search: ThreadSearch

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("threads", use: list)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let parameters = try ListParameters.read(request)
        let filter = ThreadFilter(metadata: try Self.metadata(request), query: try Self.query(request))
        let page = try await search.page(parameters, matching: filter, in: context.project)
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    private static func query(_ request: Request) throws -> SearchQuery? {
        guard let text = parameters(request).last(where: { $0.name == "q" })?.value else { return nil }
        let length = text.unicodeScalars.count
        guard length <= SearchQuery.maximumLength else {
            throw OpenAIError.stringTooLong("q", maximum: SearchQuery.maximumLength, got: length)
        }
        return text.allSatisfy(\.isWhitespace) ? nil : SearchQuery(text)
    }

    private static func metadata(_ request: Request) throws -> [(key: String, value: String)] {
        var pairs: [(key: String, value: String)] = []
        for (name, value) in parameters(request) where name == "metadata" || name.hasPrefix("metadata[") {
            guard name.hasPrefix("metadata["), name.hasSuffix("]") else {
                throw OpenAIError.invalidValue("Invalid '\(name.shortened)': expected 'metadata[key]=value'.", name)
            }
            pairs.append((String(name.dropFirst("metadata[".count).dropLast()), value))
        }
        guard pairs.count <= Metadata.maximumPairs else {
            throw OpenAIError.tooManyProperties("metadata", maximum: Metadata.maximumPairs, got: pairs.count)
        }
        return pairs
    }

    /// The parameters as forms write them: a plus is a space, which in texts of people's own it mostly is.
    private static func parameters(_ request: Request) -> [(name: String, value: String)] {
        func decoded(_ text: Substring) -> String {
            String(text.map { $0 == "+" ? " " : $0 }).percentDecoded
        }
        return (request.uri.query ?? "").split(separator: "&").map { parameter in
            let name = parameter.prefix { $0 != "=" }
            return (decoded(name), decoded(parameter.dropFirst(name.count + 1)))
        }
    }
}
