/// What a question can be about.
enum Topic: Int, CaseIterable, Sendable {
    case counts, ads, devices, locations, plays, durations, hours, weekdays, availability, audience, trend, quality
    case fields

    /// The topics that a question names. Ads and devices are mentioned in many questions that are about something
    /// else ("시간대별 광고 조회수"), so they give way to what a question asks for outright.
    static func topics(in keywords: KeywordMatcher) -> Set<Topic> {
        var topics: Set<Topic> = []
        for topic in allCases where keywords.hasAny(topic.keywords) { topics.insert(topic) }
        // "Which devices are offline?" asks for a list of devices, not for their figures.
        if topics.contains(.availability), !keywords.hasAny(breakdownWords) { topics.remove(.devices) }
        let breakdowns = topics.subtracting([.counts])
        if breakdowns.isEmpty || breakdowns.isSubset(of: [.ads]) || breakdowns == [.devices] {
            for (topic, words) in mentions where keywords.hasAny(words) { topics.insert(topic) }
        }
        return topics
    }

    /// Whether a question speaks of at least two of the tables.
    static func namesSeveralTables(_ keywords: KeywordMatcher) -> Bool {
        [["광고", "ads$", "ad$", "advert"], ["디바이스", "사이니지", "기기", "device", "signage"], ["이벤트", "event"]]
            .count { keywords.hasAny($0) } > 1
    }

    private static let breakdownWords = [
        "디바이스별", "기기별", "사이니지별", "단말별", "장치별", "by device", "per device", "each device",
    ]

    private static let mentions: [Topic: [String]] = [
        .ads: [
            "광고", "클릭", "조회", "시청수", "시청 수", "노출", "캠페인", "click", "views", "advert", "ad$", "ads$", "impression",
            "campaign",
        ],
        .devices: ["디바이스", "사이니지", "기기", "단말", "장치", "device", "signage", "screens", "displays"],
    ]

    private var keywords: [String] {
        switch self {
        case .counts: ["몇 개", "몇개", "몇 대", "몇대", "몇 건", "몇건", "개수", "갯수", "총계", "how many", "number of", "total", "총 "]
        case .ads:
            [
                "광고별", "광고 별", "광고 성과", "광고 효과", "광고 순위", "인기 광고", "어떤 광고", "어느 광고", "무슨 광고", "광고는", "광고 중", "ctr$",
                "by ad$", "per ad$", "each ad$", "which ad$", "which ads$", "what ad$", "ad performance", "best ad",
                "worst ad",
                "top ad", "by campaign",
            ]
        case .devices:
            [
                "디바이스별", "디바이스 별", "기기별", "사이니지별", "단말별", "장치별", "어떤 디바이스", "어느 디바이스", "어떤 기기", "어느 기기",
                "어떤 사이니지", "어느 사이니지", "디바이스는", "사이니지는", "by device", "per device", "each device", "which device",
                "by signage",
                "per signage", "which signage", "which screen", "which display", "device performance",
            ]
        case .locations:
            [
                "위치", "지역", "장소", "지점", "매장", "location", "region", "place", "areas", "area$", "by area", "branch",
                "store",
                "site$", "sites$", "where$", "어디", "address",
            ]
        case .plays: ["재생", "플레이", "playback", "plays$", "play count", "played", "playcount"]
        case .durations:
            [
                "체류", "주목", "머문", "머무", "시청 시간", "시청시간", "응시", "집중", "dwell", "attention", "watch time", "watchtime",
                "viewing time", "view time", "duration", "how long", "얼마나 오래",
            ]
        case .hours: ["시간대", "시간별", "몇 시", "몇시", "피크", "hour", "peak", "time of day", "busiest", "붐비", "when$", "언제"]
        case .weekdays:
            [
                "요일", "주말", "평일", "weekday", "weekend", "day of the week", "day of week", "days of the week", "monday",
                "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "언제", "busiest", "when$",
            ]
        case .availability:
            [
                "오프라인", "유휴", "꺼진", "꺼져", "미사용", "미작동", "작동하지", "안 쓰", "멈춘", "고장", "장애", "온라인", "상태", "offline", "idle",
                "inactive", "unused", "not working", "online", "status", "down$", "broken", "활동이 없", "활동 없", "이벤트가 없",
                "이벤트 없", "no events",
            ]
        case .audience:
            [
                "연령", "나이", "성별", "남성", "여성", "남자", "여자", "고객층", "타겟층", "타깃층", "시청자층", "시청자", "age$", "ages$",
                "age group", "gender", "audience", "demographic", "men$", "women$", "viewers", "target group",
            ]
        case .trend:
            [
                "추이", "추세", "변화", "증감", "증가", "감소", "^일별", "날짜별", "일자별", "기간", "전후", "늘었", "줄었", "trend", "over time",
                "daily", "per day", "by day$", "by date", "day by day", "growth", "change", "increase", "decrease",
                "compared to", "period", "each day",
            ]
        case .quality:
            [
                "누락", "빠진", "불일치", "일치하", "맞지 않", "안 맞", "이상한", "이상치", "이상이", "데이터 이상", "오류", "품질", "검증", "결측",
                "중복", "문제", "맞아", "missing", "inconsisten", "quality", "duplicate", "wrong", "error", "anomal",
                "mismatch", "valid", "problem", "disagree", "integrity",
            ]
        case .fields: ["필드", "컬럼", "열 이름", "스키마", "데이터 구조", "field", "column", "schema", "data structure"]
        }
    }
}
