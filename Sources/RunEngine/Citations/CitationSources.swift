import AssistantsAPI

/// The results that a model has been shown and may cite: those of the run's searches, and those that earlier answers of the
/// thread cite.
package struct CitationSources: Sendable {
    package struct Source: Sendable, Equatable {
        package var marker: CitationMarker
        package var fileID: String
    }

    package init() {}

    init(_ history: PromptHistory, _ past: RunPast) {
        for source in history.sources { add(source) }
        for search in past.searches { add(search) }
    }

    private(set) var sources: [Source] = []
    /// The number of the newest search.
    private var newest: Int?
    private var names: [String: [Int]] = [:]

    var isEmpty: Bool { sources.isEmpty }

    /// The number of the next search.
    var nextNumber: Int { newest.map { $0 + 1 } ?? CitationMarker.firstNumber }

    /// Adds what an answer cited. Searches are added in their order, behind what earlier answers cited.
    mutating func add(_ source: Source) {
        let name = Self.key(of: source.marker.filename)
        names[name, default: []].append(sources.count)
        let stem = Self.key(of: Self.stem(of: source.marker.filename))
        if stem != name { names[stem, default: []].append(sources.count) }
        sources.append(source)
        newest = max(newest ?? source.marker.number, source.marker.number)
    }

    /// Adds the results of a search.
    package mutating func add(_ call: FileSearchCall) {
        guard let finding = call.finding else { return }
        for (index, result) in finding.results.enumerated() {
            let marker = CitationMarker(number: finding.number, index: index, filename: result.filename)
            add(Source(marker: marker, fileID: result.fileID))
        }
        newest = max(newest ?? finding.number, finding.number)
    }

    // MARK: Names

    func isKnown(name: some StringProtocol) -> Bool { names[Self.key(of: name)] != nil }

    /// Whether a source is called so, with an ending: nothing but a file is.
    func hasFile(named name: String) -> Bool {
        let name = name.lowercased()
        return name.contains(".") && sources.contains { $0.marker.filename.lowercased() == name }
    }

    /// Whether the name of a source begins so, to the letter.
    func hasName(beginning start: String) -> Bool { sources.contains { $0.marker.filename.hasPrefix(start) } }

    /// Whether the name of a source begins so, spelling aside.
    func mayBecomeName(_ start: some StringProtocol) -> Bool {
        let start = Self.key(of: start)
        return names.keys.contains { $0.hasPrefix(start) }
    }

    /// The name of a source with which a text begins, as long as it is written exactly.
    func name(beginning text: String) -> String? {
        sources.lazy.map(\.marker.filename).filter { text.hasPrefix($0) }.max { $0.utf8.count < $1.utf8.count }
    }

    /// Models change capitals, spaces and punctuation.
    private static func key(of name: some StringProtocol) -> String {
        var key = String.UnicodeScalarView()
        for scalar in name.lowercased().unicodeScalars
        where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
            key.append(scalar)
        }
        return String(key)
    }

    private static func stem(of name: String) -> Substring {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name[...] }
        return name[..<dot]
    }

    // MARK: Finding what is meant

    /// What a model may have written of a marker.
    struct Wanted: Sendable, Equatable {
        var first: Int?
        var second: Int?
        /// Empty when there was none.
        var name = ""
    }

    /// Whether there is a source with these very numbers, and this name if there is one.
    func has(_ wanted: Wanted) -> Bool {
        guard let number = wanted.first, let index = wanted.second, source(number, index) != nil else { return false }
        return wanted.name.isEmpty || isKnown(name: wanted.name)
    }

    /// The source that is meant; nil when that cannot be told.
    func find(_ wanted: Wanted) -> Source? {
        let named = (names[Self.key(of: wanted.name)] ?? []).map { sources[$0] }
        let saysName = !wanted.name.isEmpty && !Self.namesForAnything.contains(wanted.name.lowercased())
        switch (wanted.first, wanted.second) {
        case (let number?, let index?):
            if let exact = source(number, index) {
                // Of the numbers and a name that is another source's, the name is less likely to be wrong.
                guard !named.isEmpty, !named.contains(where: { $0.marker.filename == exact.marker.filename }) else {
                    return exact
                }
            }
            if !named.isEmpty { return nearest(to: number, index, in: named) }
            let isKnownSearch = sources.contains { $0.marker.number == number }
            return saysName || isKnownSearch ? nil : newest.flatMap { source($0, index) }
        case (let number?, nil):
            if !named.isEmpty {
                return named.last { $0.marker.index == number } ?? nearest(to: number, 0, in: named)
            }
            return saysName ? nil : newest.flatMap { source($0, number) }
        default:
            return saysName ? named.last { $0.marker.number == named.last?.marker.number } : nil
        }
    }

    private static let namesForAnything: Set = ["source", "sources", "file", "filename", "document", "doc", "name"]

    private func source(_ number: Int, _ index: Int) -> Source? {
        sources.last { $0.marker.number == number && $0.marker.index == index }
    }

    /// Of the same search if there is one, else of the newest, and there the nearest in place.
    private func nearest(to number: Int, _ index: Int, in named: [Source]) -> Source? {
        named.min { left, right in
            let (one, other) = (left.marker, right.marker)
            if (one.number == number) != (other.number == number) { return one.number == number }
            if one.number != other.number { return one.number > other.number }
            return abs(one.index - index) < abs(other.index - index)
        }
    }
}

extension CitationSources.Source {
    /// What a stored citation cites; nil for other annotations.
    init?(_ annotation: Message.Annotation) {
        guard annotation.kind == .fileCitation, annotation.text.hasPrefix("【"), annotation.text.hasSuffix("】") else {
            return nil
        }
        let read = MarkerMarks(ArraySlice(annotation.text.unicodeScalars.dropFirst().dropLast()))
        guard read.marks.count == 1, let number = read.marks[0].first, let index = read.marks[0].second else {
            return nil
        }
        marker = CitationMarker(number: number, index: index, filename: read.marks[0].name)
        fileID = annotation.fileID
    }
}
