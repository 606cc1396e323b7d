/// Where the value of a setting came from.
enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case commandLine(option: String)
    case environment
    case file(String, line: Int)

    var description: String {
        switch self {
        case .commandLine(let option): "--\(option)"
        case .environment: "the environment"
        case .file(let path, let line): "\(path), line \(line)"
        }
    }
}
