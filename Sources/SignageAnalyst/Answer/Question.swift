/// What a user's message asks, read from its words.
struct Question: Sendable {
    /// What kind of answer it calls for.
    enum Kind: Sendable, Equatable {
        case overview
        case topics(Set<Topic>)
        /// A greeting, or something that signage data do not answer.
        case smallTalk
    }

    let language: Language
    /// The words in lower case, without data, at most so many as a question has.
    let words: String
    let kind: Kind
    /// The n of "top n".
    let limit: Int?
    let wantsLowest: Bool
    let metric: Metric?
    /// Whether it names a time that depends on today's date.
    let namesRelativeTime: Bool
    let asksForAdvice: Bool
    let unanswerable: [UnansweredSubject]

    /// Longer questions are read at their end, where the question stands.
    private static let maximumLength = 2000

    init(_ message: String) {
        let content = MessageContent(message, keepsRows: false)
        let words = Self.lastQuestion(in: content.words)
        let isEmpty = words.allSatisfy { !$0.isLetter && !$0.isNumber }
        self.init(
            words: words,
            isEmpty: isEmpty,
            language: isEmpty ? Language(of: content.labels) : Language(of: words)
        )
    }

    /// The words of a message's question, without data and what a front end puts before it.
    static func words(of message: String) -> String {
        String(lastQuestion(in: MessageContent(message, keepsRows: false).words).suffix(maximumLength))
    }

    private init(words: String, isEmpty: Bool, language: Language) {
        self.language = language
        let lowercased = String(words.suffix(Self.maximumLength)).lowercased()
        self.words = lowercased
        let keywords = KeywordMatcher(lowercased)
        limit = Self.limit(in: lowercased)
        wantsLowest = keywords.hasAny([
            "가장 낮", "제일 낮", "낮은", "최저", "하위", "가장 적", "적은", "저조", "lowest", "worst", "least", "bottom", "fewest",
            "poorest",
        ])
        metric = Metric.allCases.first { keywords.hasAny($0.keywords) }
        namesRelativeTime = keywords.hasAny([
            "오늘", "어제", "그제", "이번 주", "이번주", "지난 주", "지난주", "이번 달", "이번달", "지난달", "지난 달", "올해", "작년", "최근", "today",
            "yesterday", "this week", "last week", "this month", "last month", "this year", "last year", "recent",
            "past ",
        ])
        asksForAdvice = keywords.hasAny([
            "추천", "개선", "전략", "제안", "왜", "이유", "원인", "예측", "recommend", "suggest", "improve", "advice", "strategy",
            "why$", "predict", "forecast", "should we", "should i",
        ])
        unanswerable = UnansweredSubject.all.filter { keywords.hasAny($0.keywords) }
        kind = isEmpty ? .overview : Self.kind(keywords, isAdvice: asksForAdvice, isUnanswerable: !unanswerable.isEmpty)
    }

    private static func kind(_ keywords: KeywordMatcher, isAdvice: Bool, isUnanswerable: Bool) -> Kind {
        let topics = Topic.topics(in: keywords)
        let general: Set<Topic> = [.ads, .devices, .counts]
        let isWhole =
            keywords.hasAny(wholeWords) || (keywords.hasAny(analysisWords) && Topic.namesSeveralTables(keywords))
        if isWhole, topics.isSubset(of: general) { return .overview }
        if !topics.isEmpty { return .topics(topics) }
        if isUnanswerable { return .topics([]) }
        if isAdvice || keywords.hasAny(analysisWords) { return keywords.hasAny(foreignWords) ? .smallTalk : .overview }
        return .smallTalk
    }

    private static let wholeWords = [
        "종합", "전반", "요약", "개요", "한눈에", "전체 분석", "전체적", "전체 현황", "overview", "overall", "summary", "summari",
        "everything",
    ]

    private static let analysisWords = [
        "분석", "정리", "보고", "리포트", "통계", "인사이트", "데이터", "현황", "결과", "성과", "실적", "어때", "어떤가", "어떻", "알려", "보여", "설명",
        "특징", "특이", "봐줘", "봐 줘", "전체", "시청", "이벤트", "analy", "report", "statistic", "insight", "data$", "dataset",
        "result",
        "performance", "tell me", "show", "explain", "stand out", "stands out", "how is", "how are", "what do you see",
        "going on", "figures", "numbers", "metric", "kpi", "event", "dashboard", "describe", "review", "look at",
    ]

    private static let foreignWords = [
        "날씨", "환율", "주식", "뉴스", "농담", "노래", "영화", "번역", "맛집", "요리", "weather", "stock price", "news", "joke", "song",
        "movie", "translate", "poem", "recipe", "capital of",
    ]

    /// The text behind a mark such as "사용자 질문:", where a front end puts one behind what it adds itself.
    private static func lastQuestion(in words: String) -> String {
        let tail = String(words.suffix(4 * maximumLength))
        for mark in ["질문:", "질문 :", "질문]", "Question:", "question:", "QUESTION:"] {
            guard let range = tail.lastRange(of: mark) else { continue }
            let rest = String(tail[range.upperBound...])
            if rest.contains(where: \.isLetter) { return rest }
        }
        return tail
    }

    /// The n of "상위 5개" or "top 5".
    private static func limit(in words: String) -> Int? {
        for mark in ["상위", "하위", "top", "bottom", "best", "worst"] {
            guard let range = words.lastRange(of: mark) else { continue }
            let digits = words[range.upperBound...].drop { $0 == " " || $0 == "-" }.prefix { $0.isASCII && $0.isNumber }
            if let number = Int(digits), 1...1000 ~= number { return number }
        }
        return nil
    }
}

extension String {
    /// Where the text `mark` stands last.
    fileprivate func lastRange(of mark: String) -> Range<String.Index>? {
        let wanted = Array(mark.utf8)
        let bytes = utf8
        guard wanted.count <= bytes.count else { return nil }
        var start = bytes.index(bytes.endIndex, offsetBy: -wanted.count)
        while true {
            if bytes[start...].starts(with: wanted) {
                return start..<bytes.index(start, offsetBy: wanted.count)
            }
            if start == bytes.startIndex { return nil }
            start = bytes.index(before: start)
        }
    }
}
