import DataTables

/// Counts sample data while it is made.
struct SampleTally {
    struct Place {
        let ad: Int
        let device: Int
        /// Since the beginning.
        let day: Int
        let hour: Int
    }

    private enum Grouping: Int, CaseIterable {
        case ad, device, location, hour, weekday, date, gender, age

        var name: String {
            switch self {
            case .age: "by_age_group"
            default: "by_\(self)"
            }
        }
    }

    private let locationOfDevice: [Int]
    private var truth: SampleTruth

    init(_ options: SampleData.Options, _ cast: SampleCast) {
        truth = SampleTruth(options)
        var locations: [String] = []
        locationOfDevice = cast.devices.map { device in
            if let index = locations.firstIndex(of: device.location) { return index }
            locations.append(device.location)
            return locations.count - 1
        }
        let clock = SampleClock(options)
        for grouping in Grouping.allCases {
            let keys =
                switch grouping {
                case .ad: cast.ads.map(\.id)
                case .device: cast.devices.map(\.id)
                case .location: locations
                case .hour: (0..<24).map(String.init)
                case .weekday: (1...7).map(String.init)
                case .date: (0..<options.days).map { clock.date(ofDay: $0) }
                case .gender: SampleView.genders
                case .age: SampleView.ages
                }
            let figures = keys.map { _ in SampleTruth.Figures() }
            truth.groups.append((name: grouping.name, keys: keys, figures: figures))
        }
        truth.uptime = cast.devices.map { ($0.id, SampleTruth.Reports()) }
    }

    mutating func count(_ table: SampleTable) {
        if let index = SampleTable.allCases.firstIndex(of: table) { truth.rows[index] += 1 }
    }

    mutating func report(device: Int, isOn: Bool) {
        count(.statusReports)
        truth.uptime[device].reports.all += 1
        if isOn { truth.uptime[device].reports.online += 1 }
    }

    mutating func play(_ place: Place, seconds: Int, ots: Int, watchers: Int) {
        count(.plays)
        change(at: place) { figures in
            figures.plays += 1
            figures.exposureSeconds += seconds
            figures.screens.insert(place.device)
            figures.ots += ots
            figures.watchers += watchers
        }
    }

    mutating func view(_ place: Place, _ view: SampleView) {
        count(.viewEvents)
        let add = { (figures: inout SampleTruth.Figures) in
            figures.views += 1
            if view.isClick { figures.clicks += 1 }
            figures.dwellTenths += view.dwellTenths
            figures.attentionTenths += view.attentionTenths
        }
        change(at: place, add)
        if let gender = view.gender { add(&truth.groups[Grouping.gender.rawValue].figures[gender]) }
        if let age = view.age { add(&truth.groups[Grouping.age.rawValue].figures[age]) }
    }

    private mutating func change(at place: Place, _ body: (inout SampleTruth.Figures) -> Void) {
        body(&truth.total)
        let places: [(Grouping, Int)] = [
            (.ad, place.ad), (.device, place.device), (.location, locationOfDevice[place.device]), (.hour, place.hour),
            (.weekday, place.day % 7), (.date, place.day),
        ]
        for (grouping, index) in places { body(&truth.groups[grouping.rawValue].figures[index]) }
    }

    func finished() -> SampleTruth { truth }
}
