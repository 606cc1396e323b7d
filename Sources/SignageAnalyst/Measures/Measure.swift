/// The field's measures, with their standard definitions.
enum Measure: String, CaseIterable, Sendable {
    case plays
    case exposure = "exposure_s"
    case screens
    case ots
    case watchers
    case conversion = "conversion_ratio"
    case views
    case clicks
    case clickRate = "click_rate"
    case dwell = "avg_dwell_s"
    case attention = "avg_attention_s"
    case watch = "avg_watch_s"
    case attraction = "attraction_ratio"
    case uptime = "uptime_ratio"

    /// The view whose rows a measure is summed over.
    enum Source: String, CaseIterable, Sendable {
        case plays = "signage_plays"
        case views = "signage_views"
        case status = "signage_status"
    }

    /// How a measure is computed.
    enum Formula: Sendable, Equatable {
        /// An aggregate over the rows of one view that has these columns.
        case aggregate(Source, of: [String], sql: String)
        /// One sum over another, each from the first view that has it.
        case ratio(Measure, over: Measure)
    }

    /// The ways to compute it, best first: the first whose columns are there is taken.
    var formulas: [Formula] {
        switch self {
        case .plays: [.aggregate(.plays, of: ["plays"], sql: "sum(plays)")]
        case .exposure: [.aggregate(.plays, of: ["exposure_s"], sql: "sum(exposure_s)")]
        case .screens: [.aggregate(.plays, of: ["device_id"], sql: "count(DISTINCT device_id)")]
        case .ots: Source.counted.map { .aggregate($0, of: ["ots"], sql: "sum(ots)") }
        case .watchers:
            Source.counted.map { .aggregate($0, of: ["watchers"], sql: "sum(watchers)") }
                + [.aggregate(.views, of: ["attention_s"], sql: "sum(attention_s > 0)")]
        case .conversion: [.ratio(.watchers, over: .ots)]
        case .views: [.aggregate(.views, of: ["views"], sql: "sum(views)")]
        case .clicks: [.aggregate(.views, of: ["clicks"], sql: "sum(clicks)")]
        case .clickRate: [.ratio(.clicks, over: .views)]
        case .dwell: [.aggregate(.views, of: ["dwell_s"], sql: "avg(dwell_s)")]
        case .attention: [.aggregate(.views, of: ["attention_s"], sql: "avg(attention_s)")]
        case .watch: [.aggregate(.views, of: ["watch_s"], sql: "avg(watch_s)")]
        case .attraction:
            [
                .aggregate(
                    .views,
                    of: ["attention_s", "dwell_s"],
                    sql: "sum(attention_s) FILTER (WHERE dwell_s IS NOT NULL) * 1.0 "
                        + "/ NULLIF(sum(dwell_s) FILTER (WHERE attention_s IS NOT NULL), 0)"
                )
            ]
        case .uptime: [.aggregate(.status, of: ["online"], sql: "avg(online)")]
        }
    }

    /// One line for whoever writes SQL.
    var definition: String {
        switch self {
        case .plays: "times an ad ran on a screen"
        case .exposure: "seconds that ads were on screens, summed over plays"
        case .screens: "different screens that an ad ran on"
        case .ots: "opportunity to see (impressions): persons in the viewing area, summed over plays"
        case .watchers: "persons who looked at the screen at least once"
        case .conversion: "watchers / OTS"
        case .views: "view events that the data counts as views"
        case .clicks: "clicks or touches"
        case .clickRate: "clicks / views"
        case .dwell: "average seconds a person was in view of the screen"
        case .attention: "average seconds a person looked at it"
        case .watch: "average seconds of a view event's own duration"
        case .attraction: "attraction: sum of attention time / sum of dwell time"
        case .uptime: "reports that say the device was up / all reports"
        }
    }

    func title(in language: Language) -> String {
        switch self {
        case .plays: language("재생수", "plays")
        case .exposure: language("노출 시간(초)", "exposure time (s)")
        case .screens: language("도달 화면 수", "screens reached")
        case .ots: language("노출 인원(OTS)", "OTS (impressions)")
        case .watchers: language("시청자", "watchers")
        case .conversion: language("시청 전환율", "conversion ratio")
        case .views: language("조회수", "views")
        case .clicks: language("클릭수", "clicks")
        case .clickRate: language("클릭률", "click rate")
        case .dwell: language("평균 체류 시간(초)", "average dwell time (s)")
        case .attention: language("평균 주목 시간(초)", "average attention time (s)")
        case .watch: language("평균 시청 시간(초)", "average watch time (s)")
        case .attraction: language("주목률", "attraction ratio")
        case .uptime: language("가동률", "uptime")
        }
    }

    /// What the definition is, for a reader of the answer.
    func note(in language: Language) -> String? {
        switch self {
        case .conversion: language("시청 전환율 = 시청자 ÷ 노출 인원(OTS)", "Conversion ratio = watchers ÷ OTS")
        case .clickRate: language("클릭률 = 클릭 ÷ 조회", "Click rate = clicks ÷ views")
        case .attraction:
            language("주목률 = 주목 시간의 합 ÷ 체류 시간의 합", "Attraction ratio = attention time ÷ dwell time, as sums")
        case .uptime: language("가동률 = 온라인 보고 ÷ 전체 보고", "Uptime = reports of being online ÷ all reports")
        case .exposure: language("노출 시간은 재생 시간의 합입니다.", "Exposure time is the sum of the plays' durations.")
        default: nil
        }
    }

    var isRatio: Bool { [.conversion, .clickRate, .attraction, .uptime].contains(self) }

    var isAverage: Bool { [.dwell, .attention, .watch].contains(self) }

    /// Whether values of parts may be added up.
    var isAdditive: Bool { !isRatio && !isAverage && self != .screens }
}

extension Measure.Source {
    fileprivate static let counted: [Measure.Source] = [.plays, .views]
}
