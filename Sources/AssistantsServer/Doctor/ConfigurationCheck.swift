import ServerConfiguration
import SignageAnalyst

/// What can be said about a configuration that is valid.
enum ConfigurationCheck {
    /// - Parameter asksForKey: Whether the server asks for a key, be it because the store has one.
    static func findings(_ configuration: ServerConfiguration, asksForKey: Bool) -> [Finding] {
        var findings = [Finding.well("configuration: every setting is legal")]
        findings += configuration.warnings.map { .note("configuration: \($0)") }
        if let file = configuration.assistant.instructions {
            findings.append(.well("instructions: read from \(file.path), \(file.text.count) characters"))
        } else {
            findings.append(.well("instructions: the built-in ones"))
        }
        if let file = configuration.fieldNames {
            do throws(FieldNames.FileFault) {
                _ = try FieldNames.added(by: configuration)
                findings.append(.well("field names: read from \(file.path)"))
            } catch {
                findings.append(.failed("field names: \(error)", remedy: "correct the file"))
            }
        }
        if let warning = configuration.openNetworkWarning(asksForKey: asksForKey) {
            findings.append(.note("network: \(configuration.http.host) is open to the network, and \(warning)"))
        }
        return findings
    }
}
