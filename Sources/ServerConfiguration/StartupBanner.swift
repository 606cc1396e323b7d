import AssistantsAPI

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the server says about itself when it has started.
package struct StartupBanner: Sendable, Equatable, CustomStringConvertible {
    package let description: String

    /// - Parameter port: The port that is listened on, which `PORT=0` leaves open.
    package init(_ configuration: ServerConfiguration, port: Int) {
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
        if !http.isLoopbackOnly {
            lines.append(
                "  WARNING: it listens on \(http.host), open to the network, and asks for no key. "
                    + "Set HOST=127.0.0.1, or let a proxy or firewall decide who may use it."
            )
        }
        for warning in configuration.warnings { lines.append("  WARNING: \(warning)") }
        description = lines.joined(separator: "\n")
    }

    /// Writes it to standard output at once, pipe or terminal.
    package func show() {
        print(description)
        fflush(nil)
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
