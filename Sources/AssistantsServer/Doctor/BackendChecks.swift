import ServerConfiguration

/// Whether the model backend can be reached and does what is asked of it.
enum BackendChecks {
    static func findings(_ model: ServerConfiguration.Model) async -> [Finding] {
        switch model.source {
        case .builtInAnalyst:
            [.well("model: none is configured, the built-in analyst answers; set OPENAI_API_KEY to have one")]
        case .remote(let baseURL, _):
            [.note("model: \(baseURL) was not asked")]
        }
    }
}
