import AssistantsAPI

/// What stands behind a bracket that may be a marker's.
struct MarkerCandidate {
    enum Verdict: Equatable {
        /// More must come.
        case undecided
        /// It is ordinary text.
        case text
        /// It is a marker: what it cites, nothing when it is to be dropped; and its scalars behind the bracket.
        case marker([CitationSources.Source], length: Int)
    }

    let bracket: Bracket
    /// The scalar before the bracket.
    let previous: Unicode.Scalar?
    let sources: CitationSources

    /// - Parameter isEnd: whether nothing comes behind `text`.
    func verdict(_ text: ArraySlice<Unicode.Scalar>, isEnd: Bool) -> Verdict {
        switch extent(of: text) {
        case .none: return .text
        case .closed(let end): return closed(text[..<end], length: end + 1 - text.startIndex)
        case .broken(let end): return unclosed(text[..<end])
        case .open: return isEnd ? unclosed(text) : .undecided
        }
    }

    // MARK: Extent

    private enum Extent {
        /// It cannot be a marker.
        case none
        /// Its closing bracket stands there.
        case closed(at: Int)
        /// It was not closed, and ends before that place.
        case broken(at: Int)
        case open
    }

    private func extent(of text: ArraySlice<Unicode.Scalar>) -> Extent {
        var rest = text
        if bracket == .rare { MarkerMarks.skipWord(&rest) }
        MarkerMarks.skipSpaces(&rest)
        guard let first = rest.first else { return .open }
        guard first.isDigit else { return bracket == .rare ? extentOfName(in: text, from: rest.startIndex) : .none }
        let digits = rest.prefix { $0.isDigit }
        guard MarkerMarks.number(&rest) != nil else { return .none }
        guard let next = rest.first else { return .open }
        if bracket == .rare {
            // 【2024년 계획】 is a heading.
            return next.properties.isAlphabetic ? .none : end(in: text, from: digits.endIndex)
        }
        return extentInCommonBrackets(text, rest)
    }

    /// Rare brackets around the name of a source, or the beginning of one, without numbers.
    private func extentOfName(in text: ArraySlice<Unicode.Scalar>, from start: Int) -> Extent {
        let end = text[start...].firstIndex { Bracket.isClosing($0) || $0.isLineBreakOrControl } ?? text.endIndex
        let name = String(String.UnicodeScalarView(text[start..<end].drop { $0.isDagger || $0.isSpace }))
        let isWord = MarkerMarks.words.contains { $0.hasPrefix(name.lowercased()) || name.lowercased().hasPrefix($0) }
        guard text[start].isDagger || isWord || sources.mayBecomeName(name) else { return .none }
        return self.end(in: text, from: start)
    }

    /// Numbers in brackets are common: a dagger, or the name of a source, must follow them, or nothing.
    private func extentInCommonBrackets(_ text: ArraySlice<Unicode.Scalar>, _ rest: ArraySlice<Unicode.Scalar>)
        -> Extent
    {
        var rest = rest
        if rest.first == ":" || rest.first == "：" {
            let colon = rest.startIndex
            guard MarkerMarks.colon(&rest) else { return text[(colon + 1)...].allSatisfy(\.isSpace) ? .open : .none }
            guard MarkerMarks.number(&rest) != nil else { return .none }
        }
        let marks = MarkerMarks(text)
        if marks.hasDagger { return end(in: text, from: rest.startIndex) }
        MarkerMarks.skipSpaces(&rest)
        guard let next = rest.first else { return .open }
        if Bracket.isClosing(next) { return .closed(at: rest.startIndex) }
        let name = text[marks.nameStart...].prefix { !Bracket.isClosing($0) && !$0.isLineBreakOrControl }
        return sources.mayBecomeName(String(String.UnicodeScalarView(name)))
            ? end(in: text, from: rest.startIndex) : .none
    }

    /// The end of what is a marker so far. Names of files may have brackets of their own.
    private func end(in text: ArraySlice<Unicode.Scalar>, from start: Int) -> Extent {
        var wrong: Int?
        for place in text[start...].indices {
            let scalar = text[place]
            if scalar.isLineBreakOrControl || Bracket(opening: scalar) == .rare {
                return wrong.map { .closed(at: $0) } ?? .broken(at: place)
            }
            guard Bracket.isClosing(scalar) else { continue }
            let name = MarkerMarks(text[..<place]).marks.last?.name ?? ""
            if !sources.hasName(beginning: name + String(scalar)) {
                let isRight = bracket != .rare || Bracket.isRareClosing(scalar)
                if isRight || name.isEmpty || sources.isKnown(name: name) { return .closed(at: place) }
            }
            wrong = wrong ?? place
        }
        guard text.count >= CitationReader.longest else { return .open }
        return wrong.map { .closed(at: $0) } ?? .broken(at: text.endIndex)
    }

    // MARK: Meaning

    private func closed(_ text: ArraySlice<Unicode.Scalar>, length: Int) -> Verdict {
        let marks = MarkerMarks(text)
        if bracket != .rare, !marks.hasDagger {
            // A ratio or a time in round brackets is one, whatever its numbers are.
            guard bracket == .square || marks.marks.allSatisfy({ !$0.name.isEmpty }) else { return .text }
            // A slice of a list, a score: it counts only where it fits to the letter.
            let isPartOfWord = previous.map {
                $0.properties.isAlphabetic || $0.isDigit || "])_".unicodeScalars.contains($0)
            }
            guard isPartOfWord != true, marks.marks.allSatisfy(sources.has) else { return .text }
        }
        if marks.isOneNumber, previous?.isLineBreakOrControl ?? true {
            // 【1】 at the beginning of a line is a heading.
            return .text
        }
        if !marks.hasDagger, marks.hasNameAlone, !sources.hasFile(named: marks.marks[0].name) {
            // 【공지】 is a heading, also where a file is called 공지.txt.
            return isPlain(marks) ? .marker([], length: length) : .text
        }
        let found = marks.marks.compactMap(sources.find)
        if !found.isEmpty { return .marker(found.withoutRepeats, length: length) }
        return isPlain(marks) ? .marker([], length: length) : .text
    }

    /// Brackets that were never closed. What follows the name, or stands in its place, is text.
    private func unclosed(_ text: ArraySlice<Unicode.Scalar>) -> Verdict {
        let read = MarkerMarks(text)
        guard bracket == .rare || read.hasDagger, isPlain(read), var last = read.marks.last else { return .text }
        var end = text.endIndex
        if !last.name.isEmpty, !sources.isKnown(name: last.name) {
            let name = sources.name(beginning: last.name)
            last.name = name ?? ""
            end = read.nameStart + (name?.unicodeScalars.count ?? 0)
        }
        let found = (read.marks.dropLast() + [last]).compactMap(sources.find)
        return .marker(found.withoutRepeats, length: end - text.startIndex)
    }

    /// Whether it can be nothing but a marker.
    private func isPlain(_ read: MarkerMarks) -> Bool {
        if read.hasDagger { return bracket == .rare || !read.isOneNumber }
        guard bracket == .rare else { return false }
        if read.marks.count == 1, read.marks[0].first == nil { return read.marks[0].name.lowercased() == "source" }
        return read.marks.allSatisfy { $0.second != nil && $0.name.isEmpty }
    }
}

extension [CitationSources.Source] {
    /// One marker may name a source twice.
    fileprivate var withoutRepeats: Self {
        reduce(into: []) { kept, source in if !kept.contains(source) { kept.append(source) } }
    }
}
