/// Which events a question is about, when it names ads, devices or places.
struct EventFilter: Sendable, Equatable {
    /// Names and ids under which events may mention the ads; nil for all ads.
    var ads: Set<String>?
    var devices: Set<String>?
    var locations: Set<String>?

    static let all = EventFilter()

    var isAll: Bool { self == .all }

    func admits(ad: String?, device: String?, location: String?) -> Bool {
        Self.admits(ad, ads) && Self.admits(device, devices) && Self.admits(location, locations)
    }

    private static func admits(_ name: String?, _ wanted: Set<String>?) -> Bool {
        guard let wanted else { return true }
        return name.map(wanted.contains) ?? false
    }
}
