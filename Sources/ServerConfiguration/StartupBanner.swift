import AssistantsAPI

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the server says about itself when it has started.
package struct StartupBanner: Sendable, Equatable, CustomStringConvertible {
    package let description: String

    /// - Parameters:
    ///   - port: The port that is listened on, which `PORT=0` leaves open.
    ///   - asksForKey: Whether a key is asked for, be it because the store has one.
    package init(_ configuration: ServerConfiguration, port: Int, asksForKey: Bool) {
        let http = configuration.http
        let base = "http://\(Self.reachableHost(http.host)):\(port)\(http.rootPath)"
        var lines = [
            "assistants-server \(ServerVersion.current)",
            "  API    \(base)/api/v1",
            "  Docs   \(base)/docs",
            "  Logs   \(configuration.logs.file ?? "on this terminal only (LOG_FILE is none)")",
            "  Data   \(configuration.dataDirectory)",
            "  Model  \(Self.model(configuration.model))",
        ]
        lines.append("  Keys   \(Self.keys(configuration.access, asksForKey: asksForKey))")
        if let warning = configuration.openNetworkWarning(asksForKey: asksForKey) {
            lines.append("  WARNING: it listens on \(http.host), open to the network, and \(warning)")
        }
        for warning in configuration.warnings { lines.append("  WARNING: \(warning)") }
        description = lines.joined(separator: "\n")
    }

    /// Writes it to standard output at once, pipe or terminal.
    package func show() {
        print(description)
        fflush(nil)
    }

    private static func keys(_ access: ServerConfiguration.Access, asksForKey: Bool) -> String {
        switch (asksForKey, access.facadeAsksForKey) {
        case (false, _): "none is asked for; API_KEYS or `assistants-server keys create` changes that"
        case (true, false): "asked for at /v1; /api/v1 is open (FACADE_AUTH)"
        case (true, true): "asked for at /v1 and /api/v1"
        }
    }

    private static func model(_ model: ServerConfiguration.Model) -> String {
        switch model.source {
        case .builtInAnalyst(.noKey):
            "the built-in analyst (rule-based), as OPENAI_API_KEY is not set; "
                + "set it, or OPENAI_BASE_URL for a local model, in .env"
        case .builtInAnalyst(.placeholderKey):
            "the built-in analyst (rule-based), as OPENAI_API_KEY is still the placeholder of .env.example; "
                + "put your key, or OPENAI_BASE_URL of a local model, into .env"
        case .remote(let baseURL, let key):
            "\(model.defaultName) at \(baseURL) (\(key.map { "key \($0.masked)" } ?? "without a key"))"
        }
    }

    /// An address that a browser on this machine can open, where `host` means all interfaces.
    private static func reachableHost(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        case _ where host.contains(":"): "[\(host)]"
        default: host
        }
    }
}
