/// The words of a question, in lower case, from which what has been understood is taken out piece by piece.
struct QuestionText {
    private(set) var text: String
    let isKorean: Bool

    init(_ question: String) {
        text = question.lowercased()
        isKorean = Language(of: question) == .korean
    }

    func has(_ words: [String]) -> Bool { KeywordMatcher(text).hasAny(words) }

    /// Takes every occurrence of a word out; true when there was one. The word is as `KeywordMatcher` reads it.
    mutating func take(_ word: String) -> Bool {
        guard KeywordMatcher(text).has(word) else { return false }
        text = text.split(separator: Self.plain(word), omittingEmptySubsequences: false).joined(separator: " ◦ ")
        return true
    }

    /// Adds a word that is known to be meant.
    mutating func add(_ word: String) { text += word }

    /// Where a word stands first, in bytes; nil when it is not there.
    func place(of word: String) -> Int? {
        guard KeywordMatcher(text).has(word), let range = text.firstRange(of: Self.plain(word)) else { return nil }
        return text.utf8.distance(from: text.startIndex, to: range.lowerBound)
    }

    /// Puts as many bytes in place of a word as it has, so that the places of others stay.
    mutating func blank(_ word: String) {
        let plain = Self.plain(word)
        let dots =
            String(repeating: "◦", count: plain.utf8.count / 3) + String(repeating: " ", count: plain.utf8.count % 3)
        text = text.split(separator: plain, omittingEmptySubsequences: false).joined(separator: dots)
    }

    private static func plain(_ word: String) -> String { word.filter { $0 != "$" && $0 != "^" } }

    /// Takes a text out where it begins a word; true when it was there.
    mutating func takeName(_ name: String) -> Bool {
        guard !name.isEmpty else { return false }
        var search = text.startIndex
        while let range = text[search...].firstRange(of: name) {
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            let begins = before.map { !$0.isLetter && !$0.isNumber } ?? true
            // A number or a Latin word goes on; Korean particles follow names directly.
            let goesOn = after.map { $0.isNumber || ($0.isASCII && $0.isLetter) } ?? false
            let lastIsASCII = name.last?.isASCII ?? false
            if begins, !goesOn || (!lastIsASCII && after?.isNumber == false) {
                text.replaceSubrange(range, with: " ◦ ")
                return true
            }
            search = range.upperBound
        }
        return false
    }

    mutating func replace(_ range: Range<String.Index>) { text.replaceSubrange(range, with: " ◦ ") }

    /// Words that are neither understood nor known to add nothing. With such a word in it a question may mean something that
    /// these rules do not see.
    var unknownWords: [String] {
        var rest = self
        for words in [
            MeasureWords.highest, MeasureWords.lowest, MeasureWords.compare, MeasureWords.share, MeasureWords.perDay,
            MeasureWords.average, MeasureWords.weeks,
        ] {
            for word in words.sorted(by: { $1.count < $0.count }) { _ = rest.take(word) }
        }
        for (_, words) in MeasureWords.ranked { for word in words { _ = rest.take(word) } }
        return rest.text.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { !Self.isFiller($0) }
    }

    private static func isFiller(_ word: String) -> Bool {
        if word.allSatisfy(\.isASCII) {
            return MeasureWords.englishFillers.contains(word) || (word.allSatisfy(\.isNumber) && word.count < 4)
        }
        // What follows a piece that was taken out is a particle.
        if word.count < 3, KoreanParticles.all.contains(word) { return true }
        // An age is no number of devices.
        if word.wholeMatch(of: /[1-9]0대/) != nil { return false }
        if word.wholeMatch(of: /\d{1,3}(개|곳|대|위|가지)/) != nil { return true }
        return MeasureWords.koreanFillers.contains { word.hasPrefix($0) } || KoreanParticles.all.contains(word)
    }
}

/// The endings of Korean nouns and verbs that questions have.
enum KoreanParticles {
    static let all: Set<String> = [
        "은", "는", "이", "가", "을", "를", "의", "와", "과", "도", "만", "에", "에서", "에는", "으로", "로", "부터", "까지", "까지의", "보다",
        "이나", "나",
        "이랑", "랑", "하고", "인", "인가요", "인지", "이야", "야", "요", "이고", "고", "이며", "며", "이었나요", "였나요", "였어", "이었어", "일까",
        "일까요",
        "입니까", "입니다", "했나요", "했어", "됐나요", "됐어", "된", "나요", "았나요", "었나요", "았어", "았는지", "았습니까", "았지", "는지", "에서의", "에는요",
        "간", "대", "들", "들의", "들은", "해",
    ]
}
