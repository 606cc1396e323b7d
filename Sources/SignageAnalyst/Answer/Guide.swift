/// Fixed texts: who answers, what it can do, what to send.
struct Guide {
    let language: Language

    /// One line that every answer ends with.
    var disclosure: String {
        language(
            "_이 답변은 언어 모델이 아니라 규칙 기반 분석기가 계산했습니다. 모델을 연결하려면 `.env`에 `OPENAI_API_KEY` 또는 `OPENAI_BASE_URL`을 설정하고 서버를 다시 시작하세요._",
            "_This answer was computed by a rule-based analyst, not a language model. To connect a model, set `OPENAI_API_KEY` or "
                + "`OPENAI_BASE_URL` in `.env` and restart the server._"
        )
    }

    var abilities: String {
        language(
            """
            이런 것을 계산할 수 있습니다.

            - 광고별 조회·클릭·클릭률
            - 디바이스별·위치별 재생, 체류 시간, 주목 시간
            - 시간대별·요일별 이벤트와 기간별 추이
            - 오프라인·유휴 디바이스
            - 데이터의 누락과 불일치
            """,
            """
            It can compute:

            - views, clicks and click rate by ad
            - plays, dwell time and attention time by device and location
            - events by hour and weekday, and the trend over time
            - offline and idle devices
            - what is missing or inconsistent in the data
            """
        )
    }

    /// What to send, when there are no data.
    var request: String {
        let introduction = language(
            "이 대화에는 아직 사이니지 데이터가 없습니다. 아래 두 가지 중 한 방법으로 보내 주세요.",
            "There are no signage data in this conversation yet. Send them in one of these two ways."
        )
        let asData = language(
            "**1. 데이터로** – `POST /api/v1/chat` 요청의 `system_data`에 넣습니다.",
            "**1. As data** – in `system_data` of `POST /api/v1/chat`:"
        )
        let asText = language(
            "**2. 메시지 글에** – 이름표를 붙인 JSON 배열을 붙여 넣습니다.",
            "**2. In the message** – paste labelled JSON arrays:"
        )
        return [introduction, asData, fenced("json", dataExample), asText, fenced("text", textExample), abilities]
            .joined(separator: "\n\n")
    }

    private func fenced(_ kind: String, _ text: String) -> String { "```\(kind)\n\(text)\n```" }

    private var dataExample: String {
        let question = language("광고별 클릭률을 알려줘", "What is the click rate of each ad?")
        let ad = language("여름 세일", "Summer sale")
        let device = language("강남역 1호기", "Main Street 1")
        let place = language("강남역", "Main Street")
        return """
            {
              "message": "\(question)",
              "system_data": {
                "targetedAds": [{"id": "ad-1", "title": "\(ad)"}],
                "signages": [{"id": "dev-1", "name": "\(device)", "location": "\(place)", "status": "online"}],
                "viewEvents": [{"id": "ev-1", "targetedAdId": "ad-1", "signageId": "dev-1",
                                "viewedAt": "2026-03-02T09:15:00+09:00", "dwellTime": 12.5, "clicked": true}]
              }
            }
            """
    }

    private var textExample: String {
        let rows = [
            #"[{"id": "ad-1", "title": "A"}]"#,
            #"[{"id": "dev-1", "name": "D", "location": "L", "status": "online"}]"#,
            #"[{"id": "ev-1", "targetedAdId": "ad-1", "signageId": "dev-1", "viewedAt": "2026-03-02T09:15:00", "clicked": true}]"#,
        ]
        let labels =
            language == .korean
            ? ["타겟광고 데이터", "디바이스 데이터", "시청 이벤트 데이터"] : ["Targeted ads data", "Devices data", "View events data"]
        let question = language("광고별 클릭률을 알려줘", "What is the click rate of each ad?")
        return (zip(labels, rows).map { "\($0): \($1)" } + [question]).joined(separator: "\n")
    }
}
