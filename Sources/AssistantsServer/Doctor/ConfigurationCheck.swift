import ServerConfiguration

/// What can be said about a configuration that is valid.
enum ConfigurationCheck {
    static func findings(_ configuration: ServerConfiguration) -> [Finding] {
        var findings = [Finding.well("configuration: every setting is legal")]
        findings += configuration.warnings.map { .note("configuration: \($0)") }
        if let file = configuration.assistant.instructions {
            findings.append(.well("instructions: read from \(file.path), \(file.text.count) characters"))
        } else {
            findings.append(.well("instructions: the built-in ones"))
        }
        if let warning = configuration.openNetworkWarning(asksForKey: !configuration.access.staticKeys.isEmpty) {
            findings.append(.note("network: \(configuration.http.host) is open to the network, and \(warning)"))
        }
        return findings
    }
}
