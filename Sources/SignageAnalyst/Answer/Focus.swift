/// The ads, devices and places that a question names, and the filter that admits only their events.
struct Focus: Sendable {
    private(set) var filter = EventFilter.all
    /// What was found, as it is called in the data.
    private(set) var titles: [String] = []

    private enum Target {
        case ad(Int)
        case unlistedAd
        case device(Int)
        case unlistedDevice
        case location
    }

    private static let maximumQuestion = 600
    private static let maximumName = 60

    /// Looks for the names and ids of the data in the question; the longest name wins.
    init(in question: Question, of analysis: SignageAnalysis) {
        let text = Array(question.words.suffix(Self.maximumQuestion))
        guard text.count > 1 else { return }
        let names = Self.names(in: analysis)
        var start = 0
        while start < text.count {
            if let (length, target, title) = Self.match(in: text, at: start, names: names) {
                add(target, title: title, analysis: analysis)
                start += length
            } else {
                start += 1
            }
        }
    }

    private typealias Names = [String: (target: Target, title: String)]

    private static func names(in analysis: SignageAnalysis) -> Names {
        var names: Names = [:]
        func note(_ name: String?, _ target: Target) {
            guard let name, isTelling(name) else { return }
            let key = name.lowercased()
            if names[key] == nil { names[key] = (target, name) }
        }
        for (index, ad) in analysis.ads.entities.enumerated() {
            note(ad.name, .ad(index))
            note(ad.id, .ad(index))
        }
        for (index, device) in analysis.devices.entities.enumerated() {
            note(device.name, .device(index))
            note(device.id, .device(index))
        }
        for name in analysis.events.byAd.names where analysis.ads.entity(for: name) == nil { note(name, .unlistedAd) }
        for name in analysis.events.byDevice.names where analysis.devices.entity(for: name) == nil {
            note(name, .unlistedDevice)
        }
        for name in analysis.events.byLocation.names { note(name, .location) }
        for device in analysis.devices.entities { note(device.location, .location) }
        names.merge(tellingWords(of: names)) { whole, _ in whole }
        return names
    }

    /// Long words that only one of the names has, so that "아메리카노" finds "프리미엄 아메리카노".
    private static func tellingWords(of names: Names) -> Names {
        var words: [Substring: (found: (target: Target, title: String), titles: Int)] = [:]
        for (name, found) in names {
            for word in Set(name.split(separator: " ")) where word.count >= (word.utf8.count == word.count ? 5 : 3) {
                words[word, default: (found, 0)].titles += 1
            }
        }
        let generic: Set<String> = [
            "디스플레이", "스크린", "전광판", "키오스크", "모니터", "캠페인", "프로모션", "kiosk", "monitor", "promotion",
        ]
        var telling: Names = [:]
        for (word, entry) in words where entry.titles == 1 && !generic.contains(String(word)) && isTelling(String(word))
        {
            if Topic.topics(in: KeywordMatcher(String(word))).isEmpty { telling[String(word)] = entry.found }
        }
        return telling
    }

    /// Whether a name can be told from the other words of a question; a bare number or "광고" cannot.
    private static func isTelling(_ name: String) -> Bool {
        guard 2...maximumName ~= name.count, !name.allSatisfy(\.isNumber), TableName(key: name) == nil else {
            return false
        }
        let keywords = KeywordMatcher(name.lowercased())
        return Topic.topics(in: keywords).isEmpty || name.count > 4 || name.contains(where: \.isNumber)
    }

    private static func match(
        in text: [Character],
        at start: Int,
        names: Names
    ) -> (length: Int, target: Target, title: String)? {
        // A name begins a word.
        if start > 0, text[start - 1].isLetter || text[start - 1].isNumber { return nil }
        for length in stride(from: min(maximumName, text.count - start), through: 2, by: -1) {
            guard let found = names[String(text[start..<start + length])] else { continue }
            let end = start + length
            if end < text.count, text[end].isASCII, text[end].isLetter || text[end].isNumber,
                text[end - 1].isASCII || text[end].isNumber
            {
                continue
            }
            return (length, found.target, found.title)
        }
        return nil
    }

    private mutating func add(_ target: Target, title: String, analysis: SignageAnalysis) {
        switch target {
        case .ad(let index):
            filter.ads = (filter.ads ?? []).union(Self.references(analysis.ads, analysis.events.byAd, to: index))
        case .unlistedAd: filter.ads = (filter.ads ?? []).union([title])
        case .device(let index):
            filter.devices = (filter.devices ?? []).union(
                Self.references(analysis.devices, analysis.events.byDevice, to: index)
            )
        case .unlistedDevice: filter.devices = (filter.devices ?? []).union([title])
        case .location: filter.locations = (filter.locations ?? []).union([title])
        }
        if !titles.contains(title) { titles.append(title) }
    }

    /// Under which names events mention the entity.
    private static func references(_ table: EntityTable, _ groups: GroupedTallies, to index: Int) -> Set<String> {
        let entity = table.entities[index]
        var names = Set(groups.names.filter { table.entity(for: $0) == index })
        if let id = entity.id { names.insert(id) } else if let name = entity.name { names.insert(name) }
        return names
    }
}
