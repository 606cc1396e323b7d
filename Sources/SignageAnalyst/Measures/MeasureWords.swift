/// The words by which questions name measures and breakdowns, in lower case, as `KeywordMatcher` reads them.
enum MeasureWords {
    static let measures: [(Measure, [String])] = [
        (
            .clickRate,
            [
                "클릭률", "클릭율", "클릭 률", "클릭 비율", "ctr$", "click rate", "click-through rate", "click through rate",
                "click-through",
            ]
        ),
        (.conversion, ["시청 전환율", "시청전환율", "전환율", "conversion ratio", "conversion rate", "conversion"]),
        (
            .attraction,
            [
                "주목률", "주목율", "주목 비율", "attraction ratio", "attraction rate", "attention ratio", "attention rate",
                "attraction",
            ]
        ),
        (.uptime, ["가동률", "가동율", "온라인 비율", "uptime"]),
        (
            .exposure,
            [
                "총 노출 시간", "노출 시간", "노출시간", "재생 시간", "재생시간", "송출 시간", "exposure time", "air time", "airtime",
                "playing time",
            ]
        ),
        (.dwell, ["평균 체류 시간", "체류 시간", "체류시간", "체류", "dwell time", "dwell"]),
        (
            .attention,
            ["평균 주목 시간", "주목 시간", "주목시간", "응시 시간", "응시시간", "attention time", "looking time", "attention"]
        ),
        (.watch, ["평균 시청 시간", "시청 시간", "시청시간", "watch time", "viewing time"]),
        (.screens, ["도달 화면 수", "도달 화면", "도달한 화면", "화면 수", "screens reached", "number of screens", "how many screens"]),
        (
            .ots,
            [
                "노출 인원", "노출인원", "노출수", "노출 수", "노출 횟수", "ots$", "impressions", "impression", "opportunity to see",
                "opportunities to see",
            ]
        ),
        (.watchers, ["시청자 수", "시청자수", "시청 인원", "시청인원", "시청자", "watchers", "viewers"]),
        (
            .plays,
            [
                "재생수", "재생 수", "재생 횟수", "재생횟수", "재생 건수", "재생", "송출 횟수", "송출", "plays$", "play count", "played",
                "playbacks", "airings",
            ]
        ),
        (.clicks, ["클릭수", "클릭 수", "클릭 건수", "클릭", "click count", "clicks", "clicked", "touches"]),
        (
            .views,
            [
                "조회수", "조회 수", "조회 건수", "조회", "시청수", "시청 수", "시청 건수", "시청 이벤트", "시청이벤트", "시청이", "시청은", "시청을",
                "view events",
                "view count", "views",
                "viewed", "view$",
            ]
        ),
    ]

    /// Words that ask for the most viewed without saying what is counted.
    static let popular = [
        "인기", "많이 본", "많이 봤", "많이 보는", "많이 보았", "적게 본", "덜 본", "좋아하", "popular", "favorite", "favourite",
        "watch the most",
        "watched the most", "most watched", "least watched", "like the most", "like most",
    ]
    /// Words of conditions on rows: what they leave out is said even where no measure is named.
    static let conditions = [
        "여성", "남성", "여자", "남자", "주말", "평일", "월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일", "women", "men$", "male",
        "female", "weekend", "weekday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]
    /// Sums of durations, which the analyst's sections know.
    static let totalDurations = [
        "총 체류", "총 주목", "총 시청 시간", "체류 시간 합", "주목 시간 합", "시청 시간 합", "total dwell", "total attention",
        "total watch", "total viewing",
    ]
    /// What is counted by "대", as years of age are, too.
    static let countedInDae = ["디바이스", "기기", "화면", "단말", "장치", "사이니지"]
    /// Words that lean on what was said before.
    static let leaning = [
        "^그 광고", "^그 디바이스", "^그 기기", "^그 지역", "^그 위치", "^그 날", "^그날", "둘 중", "^그것", "^그건",
        "that ad$", "that device", "that place", "this ad$",
    ]

    static let dimensions: [(MeasureDimension, [String])] = [
        (
            .age,
            [
                "연령대별", "연령별", "연령대", "나이대", "어느 연령", "어떤 연령", "by age group", "by age", "age groups",
                "age group", "which age",
            ]
        ),
        (
            .gender,
            [
                "성별", "남녀", "by gender", "which gender", "each gender", "per gender",
            ]
        ),
        (
            .weekday,
            [
                "요일별", "어느 요일", "무슨 요일", "어떤 요일", "요일", "by day of the week", "by day of week",
                "day of the week", "day of week", "by weekday", "each weekday", "which weekday", "per weekday",
            ]
        ),
        (
            .hour,
            [
                "시간대별", "시간별", "시간대", "몇 시", "몇시", "by hour of the day", "by hour", "hourly", "which hour",
                "what hour", "each hour", "per hour", "hour of the day", "time of day",
            ]
        ),
        (
            .week,
            [
                "주차별", "^주별", "주간별", "주간 추이", "by week", "weekly", "each week", "per week", "which week",
                "week by week", "어느 주",
            ]
        ),
        (
            .date,
            [
                "날짜별", "일자별", "^일별", "일별 추이", "어느 날", "며칠", "어떤 날", "추이", "추세", "by date", "by day",
                "day by day", "each day", "which day", "which date", "what day", "daily", "trend", "over time",
            ]
        ),
        (
            .ad,
            [
                "광고별", "어떤 광고", "어느 광고", "무슨 광고", "각 광고", "광고 중", "광고 순위", "광고 top", "by ad$", "per ad$",
                "each ad$", "which ads$", "which ad$", "what ad$", "ads by", "by advertisement",
            ]
        ),
        (
            .device,
            [
                "디바이스별", "기기별", "사이니지별", "단말별", "화면별", "어떤 디바이스", "어느 디바이스", "어떤 기기", "어느 기기", "어느 화면",
                "어떤 화면", "by device", "per device", "each device", "which devices", "which device",
                "which screens", "which screen", "by screen",
            ]
        ),
        (
            .location,
            [
                "위치별", "지역별", "장소별", "지점별", "어느 지역", "어떤 지역", "어느 위치", "어디", "by location", "by region",
                "by place", "each location", "which location", "which region", "which place", "where",
            ]
        ),
    ]

    /// What a ranking may be of when the question names no breakdown outright: "조회수가 가장 많은 광고의 …".
    static let ranked: [(MeasureDimension, [String])] = [
        (.ad, ["광고", "캠페인", "ad$", "ads$", "advert", "campaign"]),
        (.device, ["화면", "단말", "장치", "디바이스", "기기", "사이니지", "device", "screen", "display", "signage"]),
        (.location, ["지역", "위치", "장소", "지점", "매장", "location", "region", "place", "store", "city"]),
        (.hour, ["시간", "hour"]), (.date, ["날짜", "날은", "날이", "날의", "day$", "days$", "date$"]), (.week, ["주는", "week$"]),
    ]

    static let lowest = [
        "가장 낮", "제일 낮", "낮은", "최저", "하위", "가장 적", "제일 적", "적은", "적게", "최소", "minimum", "lowest", "worst", "least",
        "bottom",
        "fewest",
        "poorest",
    ]
    static let highest = [
        "가장 높", "제일 높", "높은", "최고", "상위", "가장 많", "제일 많", "많은", "많이", "가장 길", "긴 ", "최다", "1위", "순위", "가장 붐비", "붐비는",
        "최대", "maximum", "highest", "best", "most", "top", "longest", "busiest", "ranking", "rank",
    ]
    static let busy = ["붐비는", "가장 붐비", "busiest"]
    static let perDay = [
        "하루 평균", "일평균", "일 평균", "하루에 평균", "average per day", "daily average", "per day on average", "average daily",
        "average number of views per day", "on an average day",
    ]
    static let share = ["비중", "점유율", "차지하는 비율", "share$", "share of", "percentage of", "proportion"]
    static let days = [
        "날짜별", "일자별", "^일별", "어느 날", "며칠", "어떤 날", "by date", "by day$", "day by day", "each day", "which day",
        "which date", "what day", "daily",
    ]
    static let chart = ["차트", "그래프", "도표", "그려", "시각화", "chart", "graph", "plot", "draw", "visuali"]
    static let compare = [
        "비교", "대비", "차이", "보다", "compare", "versus", "vs", "difference", "than", "change", "증감", "변화", "늘었", "줄었",
    ]

    /// What these rules do not compute: words, and what to call it.
    static let beyond: [(words: [String], korean: String, english: String)] = [
        (["중앙값", "중위", "median"], "중앙값", "medians"),
        (["표준편차", "분산", "standard deviation", "variance"], "흩어짐(표준편차)", "spread (deviations)"),
        (["상관", "correlat", "회귀", "regress"], "상관관계", "correlations"),
        (["예측", "전망", "predict", "forecast", "다음 주", "다음 달", "next week", "next month"], "예측", "forecasts"),
        (["왜 ", "이유", "원인", "때문", "why$", "reason", "cause"], "원인", "causes"),
        (["매출", "수익", "비용", "단가", "예산", "revenue", "cost$", "costs$", "roi$", "budget", "price"], "금액", "money"),
        (
            [
                "않은", "않는", "없는", "없이", "^안 ", "0인", "말고", "외에", "not$", "never", "zero", "no views", "no clicks",
                "no plays",
            ],
            "부정 조건", "negative conditions"
        ),
        (
            [
                "오늘", "어제", "그제", "내일", "이번 달", "이번달", "지난달", "지난 달", "올해", "작년", "분기", "상반기", "하반기", "today",
                "yesterday",
                "this month", "last month", "this year", "last year", "quarter",
            ],
            "이 기간", "this period"
        ),
        (
            ["재생당", "클릭당", "조회당", "회당", "건당", "명당", "per play", "per click", "per view", "per person"], "이 비율",
            "this ratio"
        ),
        (["제외", "빼고", "아닌", "except", "excluding", "without", "other than"], "제외 조건", "exclusions"),
        (
            [
                // Behind a name that was taken out: "40대 이상".
                "◦ 이상", "◦  이상", "이하",
                "이상인", "초과", "미만", "넘는", "more than", "less than", "at least", "at most", "greater than",
                "fewer than",
            ],
            "값의 크기 조건", "conditions on values"
        ),
        (["순 방문", "순방문", "재방문", "unique", "returning"], "사람별 집계", "figures by person"),
        (["누적", "cumulative", "running total"], "누적값", "running totals"),
        (["광고주", "advertiser"], "광고주별 집계", "figures by advertiser"),
    ]
    static let average = ["평균", "average", "mean$"]

    static let weeks = [
        "첫째 주", "첫 주", "첫번째 주", "첫 번째 주", "둘째 주", "두번째 주", "두 번째 주", "셋째 주", "세 번째 주", "넷째 주", "네 번째 주", "주차",
        "이번 주", "이번주", "지난 주", "지난주", "전주", "최근", "마지막", "이전", "first week", "second week", "third week",
        "fourth week", "first", "second", "third", "fourth", "this week", "last week", "previous week", "last", "past",
        "previous", "before", "in march", "in april", "일간", "월",
    ]

    /// Parts of the day that are no single hour.
    static let partsOfDay = [
        "오전", "오후", "아침", "점심", "저녁", "밤", "새벽", "morning", "afternoon", "evening", "night", "lunch", "noon",
    ]

    /// Korean words that add nothing to a question about measures, by how they begin.
    static let koreanFillers = [
        "총", "전체", "합계", "모두", "모든", "전부", "알려", "보여", "얼마", "몇", "무엇", "무슨", "뭐", "뭔", "어떻", "어떤", "어느", "어때", "되나",
        "되는", "돼", "된", "인가", "입니", "이야", "일까", "있", "했", "하나", "한", "각각", "각", "표로", "표", "정리", "계산", "구해", "값", "그리",
        "그",
        "및", "중", "더", "가장", "제일", "데이터", "광고", "캠페인", "디바이스", "기기", "단말", "장치", "화면", "사이니지", "지역", "위치", "장소",
        "매장", "지점", "언제", "어디", "나온", "나왔", "많", "적", "높", "낮", "기록", "발생", "해줘", "해주", "해 ", "줘", "주세", "좀", "대해",
        "대한",
        "관련", "기간", "동안", "상위", "하위", "개", "곳", "대", "순", "별", "분석", "현황", "통계", "결과", "수", "숫자", "수치", "시간", "날", "주",
        "요일", "비율", "평균", "성과", "효과", "사람", "시청", "건", "번", "회", "명", "초", "차트", "그래프", "도표", "시각화", "그려", "나타", "확인",
        "궁금", "질문", "사이",
        "이", "본", "우리", "저", "제", "좋", "나누", "나눠", "기준", "따른", "따라", "도달", "본다", "볼", "쪽", "것", "게", "알", "싶",
    ]

    /// The same in English, as whole words.
    static let englishFillers: Set<String> = Set(
        """
        how many much what what's which who when where whats is are was were be been the a an of in on at by for and or with \
        did do does get got gets have had has there total overall all each every show me please tell give list compute \
        calculate i we you us our my want to know need see from between during over their its it they them this that these \
        those data ad ads advert advertisement advertisements campaign campaigns device devices screen screens display \
        displays signage location locations region regions place places store stores city hour hours day days date dates \
        week weeks time times number count counts value values figure figures table chart graph plot draw visualise visualize as per vs was than \
        more most high higher highest low lower lowest happen happened happens ran run runs took make made can could would \
        average rate ratio share s group groups people viewers broken down breakdown split rank ranked ranking sort sorted \
        order ordered top best worst bottom
        """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    )
}
