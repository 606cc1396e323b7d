import Logging
import ModelProviders
import NIOPosix
import ServerConfiguration

/// Whether the model backend can be reached, takes the key and has the model.
enum BackendChecks {
    static func findings(_ model: ServerConfiguration.Model) async -> [Finding] {
        guard case .remote(let baseURL, _) = model.source, let settings = OpenAIBackend.Configuration(model) else {
            return [.well("model: none is configured, the built-in analyst answers; set OPENAI_API_KEY to have one")]
        }
        do {
            let backend = try OpenAIBackend(
                settings,
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
            )
            let name = model.aliases[model.defaultName] ?? model.defaultName
            let findings = await backend.check(model: name)
            await backend.shutdown()
            return findings.map { Finding($0, backend: baseURL) }
        } catch {
            return [.failed("model: \(baseURL) is no usable address: \(error.message)", remedy: "set OPENAI_BASE_URL")]
        }
    }
}

extension Finding {
    fileprivate init(_ finding: OpenAIBackend.Finding, backend: String) {
        switch finding {
        case .well(let what): self = .well("model: \(backend): \(what)")
        case .note(let what): self = .note("model: \(backend): \(what)")
        case .failed(let what, let remedy): self = .failed("model: \(backend): \(what)", remedy: remedy)
        }
    }
}
