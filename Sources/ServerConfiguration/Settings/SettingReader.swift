import Configuration
import Synchronization

/// Reads settings from the command line, the environment and a `.env` file, in this order, and collects what is wrong.
struct SettingReader {
    private(set) var faults: [ConfigurationError.Fault] = []
    private let config: ConfigReader
    private let sources: ValueSourceRecorder
    private let environmentFile: EnvironmentFile

    /// An empty value counts as unset in each of the sources.
    init(commandLine: [SettingName: String], environment: [String: String], environmentFile: EnvironmentFile) {
        self.environmentFile = environmentFile
        sources = ValueSourceRecorder()
        let options = commandLine.filter { !$0.value.isBlank }
        let providers: [any ConfigProvider] = [
            InMemoryProvider(
                name: "command line",
                values: Dictionary(
                    uniqueKeysWithValues: options.map { name, value in
                        (AbsoluteConfigKey(name.key), ConfigValue(.string(value), isSecret: name.isSecret))
                    }
                )
            ),
            EnvironmentVariablesProvider(
                environmentVariables: environment.filter { !$0.value.isBlank },
                secretsSpecifier: .specific(Self.secrets)
            ),
            EnvironmentVariablesProvider(
                environmentVariables: environmentFile.values.filter { !$0.value.isBlank },
                secretsSpecifier: .specific(Self.secrets)
            ),
        ]
        config = ConfigReader(providers: providers, accessReporter: sources)
    }

    /// The setting's value, or `fallback` when it is unset or illegal; the latter is remembered as a fault.
    mutating func value<Value>(
        _ name: SettingName,
        _ format: SettingFormat<Value>,
        default fallback: @autoclosure () -> Value
    ) -> Value {
        optional(name, format) ?? fallback()
    }

    mutating func optional<Value>(_ name: SettingName, _ format: SettingFormat<Value>) -> Value? {
        guard let text = config.string(forKey: name.key, isSecret: name.isSecret) else { return nil }
        let trimmed = text.trimmed
        do {
            return try format.parse(trimmed)
        } catch {
            let fault = ConfigurationError.Fault(
                name,
                value: trimmed,
                origin: origin(of: name),
                reason: error.reason,
                legal: format.legal
            )
            faults.append(fault)
            return nil
        }
    }

    private func origin(of name: SettingName) -> SettingOrigin {
        switch sources.lastSource {
        case 0: .commandLine(option: name.option)
        case 1: .environment
        default: .file(environmentFile.path, line: environmentFile.line(of: name.rawValue))
        }
    }

    private static let secrets = Set(SettingName.allCases.filter(\.isSecret).map(\.rawValue))
}

/// Remembers which provider, counted from 0, the last value came from.
private final class ValueSourceRecorder: AccessReporter {
    private let source = Atomic(0)

    var lastSource: Int { source.load(ordering: .relaxed) }

    func report(_ event: AccessEvent) {
        // The providers are asked one after the other until one has a value.
        source.store(event.providerResults.count - 1, ordering: .relaxed)
    }
}

extension SettingName {
    /// Provider keys are the parts of the name: `openai.api.key`.
    fileprivate var key: ConfigKey { ConfigKey(rawValue.lowercased().split(separator: "_").map(String.init)) }
}

extension String {
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }

    fileprivate var trimmed: String {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else {
            return ""
        }
        return String(self[start...end])
    }
}
