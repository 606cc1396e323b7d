/// A figure by which a question wants things ranked.
enum Metric: Sendable, Equatable, CaseIterable {
    case clickRate, clicks, dwell, attention, watch, plays, views

    /// Words that name it, in lower case. Cases are tried in order.
    var keywords: [String] {
        switch self {
        case .clickRate:
            [
                "클릭률", "클릭율", "클릭 률", "클릭 비율", "ctr$", "click rate", "click-through", "click through", "clickthrough",
                "click ratio",
            ]
        case .clicks: ["클릭", "click"]
        case .dwell: ["체류", "머문", "머무", "dwell", "stay"]
        case .attention: ["주목", "응시", "집중", "attention", "gaze"]
        case .watch: ["시청 시간", "시청시간", "watch time", "watchtime", "viewing time", "view time", "duration"]
        case .plays: ["재생", "plays$", "play count", "playback", "played"]
        case .views: ["조회", "시청", "노출", "view", "watched", "impression"]
        }
    }

    func title(in language: Language) -> String {
        switch self {
        case .clickRate: language("클릭률", "click rate")
        case .clicks: language("클릭", "clicks")
        case .dwell: language("평균 체류 시간", "average dwell time")
        case .attention: language("평균 주목 시간", "average attention time")
        case .watch: language("평균 시청 시간", "average watch time")
        case .plays: language("재생", "plays")
        case .views: language("조회", "views")
        }
    }
}
