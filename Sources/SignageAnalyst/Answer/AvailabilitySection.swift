/// Devices that are offline, and idle ones: devices without a single event.
struct AvailabilitySection {
    let context: AnswerContext

    var text: String {
        let language = context.language
        var parts = [context.heading("오프라인·유휴 디바이스", "Offline and idle devices")]
        let analysis = context.whole
        guard !analysis.devices.entities.isEmpty else {
            let isEmpty = analysis.data[.signages] != nil
            parts.append(
                language(
                    "디바이스 표(`signages`)가 \(isEmpty ? "비어 있어" : "없어") 오프라인·유휴 디바이스를 알 수 없습니다.",
                    isEmpty
                        ? "The table of devices (`signages`) is empty, so offline and idle devices cannot be told."
                        : "There is no table of devices (`signages`), so offline and idle devices cannot be told."
                )
            )
            return parts.joined(separator: "\n\n")
        }
        parts.append(offline)
        parts.append(idle)
        return parts.joined(separator: "\n\n")
    }

    private var offline: String {
        let language = context.language
        guard context.whole.devices.has(.status) else {
            return context.missing(.status, in: [.signages], for: "오프라인 디바이스", "Offline devices")
        }
        let down = context.whole.notOnline
        let offline = down.count { $0.entity?.status == .offline }
        let total = context.whole.listedDevices.count
        if down.isEmpty {
            return language("오프라인 디바이스가 없습니다(\(total)대 중 0대).", "No device is offline (0 of \(total)).")
        }
        let online = context.whole.listedDevices.count { $0.entity?.status == .online }
        let others = down.count - offline
        let other = others > 0 ? language(", 그 밖의 상태 \(others)대", ", \(others) in another state") : ""
        let sentence = language(
            "**오프라인 디바이스 \(offline)대** / \(total)대(온라인 \(online)대)\(other):",
            "**\(offline) of \(total) devices offline** (\(online) online)\(other):"
        )
        return sentence + "\n\n" + table(down)
    }

    private var idle: String {
        let language = context.language
        guard let idle = context.whole.idleDevices else {
            return context.whole.hasEvents
                ? context.missing(.deviceID, in: [.viewEvents], for: "유휴 디바이스", "Idle devices")
                : language(
                    "시청 이벤트(`viewEvents`)가 없어 유휴 디바이스를 알 수 없습니다.",
                    "There are no view events (`viewEvents`), so idle devices cannot be told."
                )
        }
        let total = context.whole.listedDevices.count
        if idle.isEmpty {
            return language(
                "유휴 디바이스(이벤트 0건)가 없습니다(\(total)대 중 0대).",
                "No device is idle: all \(total) have events."
            )
        }
        let sentence = language(
            "**유휴 디바이스(이벤트 0건) \(idle.count)대** / \(total)대:",
            "**\(idle.count) of \(total) devices idle** (no events):"
        )
        return sentence + "\n\n" + table(idle)
    }

    private func table(_ devices: [SignageAnalysis.Subject]) -> String {
        let language = context.language
        let fields = context.whole.devices
        let showsLocation = fields.has(.location)
        let showsStatus = fields.has(.status)
        let showsLastSeen = fields.has(.lastSeen)
        let titles =
            [language("디바이스", "Device"), "ID"] + (showsLocation ? [language("위치", "Location")] : [])
            + (showsStatus ? [language("상태", "Status")] : [])
            + (showsLastSeen ? [language("마지막 접속", "Last seen")] : [])
        var table = MarkdownTable(
            titles.map { MarkdownTable.Column(title: $0, isNumber: false) }
                + [MarkdownTable.Column(title: language("이벤트", "Events"))],
            limit: context.limit
        )
        for device in devices {
            let entity = device.entity
            let lastSeen = entity?.lastSeen.map(Figure.moment) ?? entity?.lastSeenText ?? Figure.none
            table.append(
                [device.title, device.idText] + (showsLocation ? [entity?.location ?? Figure.none] : [])
                    + (showsStatus ? [entity?.status?.title(in: language) ?? Figure.none] : [])
                    + (showsLastSeen ? [lastSeen] : [])
                    + [context.whole.hasEvents ? Figure.number(device.tally.events) : Figure.none]
            )
        }
        return table.text(in: language)
    }
}

extension SignageAnalysis {
    /// The devices of the table.
    var listedDevices: [Subject] { deviceSubjects.filter { $0.entity != nil } }

    /// Devices whose status is another one than online, offline ones first.
    var notOnline: [Subject] {
        let down = listedDevices.filter { $0.entity?.status.map { $0 != .online } ?? false }
        return down.filter { $0.entity?.status == .offline } + down.filter { $0.entity?.status != .offline }
    }

    /// Devices without events; nil when the events do not name devices.
    var idleDevices: [Subject]? {
        guard hasEvents, !events.byDevice.isEmpty else { return nil }
        return listedDevices.filter { $0.tally.events == 0 }
    }
}
