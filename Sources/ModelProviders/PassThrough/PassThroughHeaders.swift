import NIOHTTP1

/// Decides which headers cross from a caller to the backend and back.
package enum PassThroughHeaders {
    package typealias Field = (name: String, value: String)

    /// Of a caller's headers those that describe what is asked. Its key, cookies and addresses are between it and us,
    /// and so are the organization and project that its key belonged to: the backend's are added.
    package static func request(_ fields: some Sequence<Field>) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for field in fields {
            let name = field.name.lowercased()
            switch name {
            case "content-type", "accept": headers.add(name: name, value: field.value)
            case "openai-organization", "openai-project": break
            case "openai-beta":
                if let value = withoutAssistants(field.value) { headers.add(name: name, value: value) }
            default:
                if name.hasPrefix("openai-") { headers.add(name: name, value: field.value) }
            }
        }
        return headers
    }

    /// `OpenAI-Beta` without what speaks of the Assistants API, which is ours.
    private static func withoutAssistants(_ value: String) -> String? {
        let features = value.split(separator: ",").map { $0.drop { $0 == " " } }.filter { !$0.hasPrefix("assistants=") }
        return features.isEmpty ? nil : features.joined(separator: ", ")
    }

    /// Of a backend's headers those that describe the answer, its request id under a name of its own.
    package static func answer(_ headers: HTTPHeaders) -> [Field] {
        let ofConnection = Set(headers[canonicalForm: "connection"].map { $0.lowercased() })
        return headers.compactMap { field in
            let name = field.name.lowercased()
            if name == "x-request-id" { return ("x-upstream-request-id", field.value) }
            if kept.contains(name) || ofConnection.contains(name) || name.hasPrefix("access-control-") { return nil }
            return (name, field.value)
        }
    }

    /// What stays between the backend and us: the connection's own headers, what would send the caller elsewhere or
    /// hold something against our address, and whose account the operator uses.
    private static let kept: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "content-length",
        "alt-svc", "content-location", "date", "location", "nel", "report-to", "server", "set-cookie", "set-cookie2",
        "strict-transport-security", "via", "www-authenticate",
        "openai-organization", "openai-project",
    ]
}
