import AssistantsAPI

/// Whether a device says that it works.
enum Status: Sendable, Equatable {
    case online
    case offline
    /// It is out of order, in the words of the data: "error", "고장".
    case outOfOrder(String)
    /// Another state, as it is written: "maintenance", "idle".
    case other(String)

    /// - Parameter field: The field's name, which tells what `true` means.
    init?(_ value: JSONValue, field: @autoclosure () -> String?) {
        switch value {
        case .bool(let flag): self = flag ? .online : .offline
        case .integer(0) where Self.isFlag(field()): self = .offline
        case .integer(1) where Self.isFlag(field()): self = .online
        default:
            guard let text = value.groupName else { return nil }
            self.init(text: text)
        }
    }

    private init(text: String) {
        switch FieldName.folded(text.lowercased()) {
        case "online", "on", "active", "connected", "running", "playing", "ok", "up", "normal", "alive", "enabled",
            "온라인", "정상", "연결됨", "연결", "활성", "활성화", "작동", "작동중", "가동", "가동중", "켜짐", "운영중", "재생중":
            self = .online
        case "offline", "off", "inactive", "disconnected", "down", "stopped", "dead", "disabled", "lost", "unreachable",
            "오프라인", "연결끊김", "끊김", "비활성", "비활성화", "꺼짐", "중지", "중단", "미연결":
            self = .offline
        case "error", "fault", "faulty", "broken", "failed", "장애", "고장", "오류": self = .outOfOrder(text)
        case "true", "y", "yes": self = .online
        case "false", "n", "no": self = .offline
        default: self = .other(text)
        }
    }

    private static func isFlag(_ field: String?) -> Bool {
        guard let name = field.map(FieldName.folded) else { return false }
        return name.hasPrefix("is") || name.contains("online") || name.contains("active") || name.contains("connected")
            || name.contains("온라인")
    }

    /// Whether it does not work: offline or out of order.
    var isDown: Bool {
        switch self {
        case .offline, .outOfOrder: true
        case .online, .other: false
        }
    }

    func title(in language: Language) -> String {
        switch self {
        case .online: language("온라인", "online")
        case .offline: language("오프라인", "offline")
        case .outOfOrder(let text), .other(let text): text
        }
    }
}
