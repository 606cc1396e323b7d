/// A subject that dashboards are asked about and that signage data seldom hold.
struct UnansweredSubject: Sendable, Equatable {
    let korean: String
    let english: String
    let keywords: [String]
    /// Names of fields that would answer it, folded.
    let fields: [String]

    static let all: [UnansweredSubject] = [
        UnansweredSubject(
            korean: "매출·판매",
            english: "revenue or sales",
            keywords: ["매출", "판매", "수익", "revenue", "sales", "profit", "income"],
            fields: ["revenue", "sales", "매출", "판매액"]
        ),
        UnansweredSubject(
            korean: "비용·예산",
            english: "costs or budget",
            keywords: ["비용", "예산", "단가", "광고비", "roi$", "roas$", "cost", "budget", "spend", "price", "cpc$", "cpm$"],
            fields: ["cost", "budget", "price", "spend", "비용", "예산"]
        ),
        UnansweredSubject(
            korean: "전환·구매",
            english: "conversions or purchases",
            keywords: ["전환율", "전환 수", "전환수", "구매", "conversion", "purchase"],
            fields: ["converted", "conversions", "purchases", "전환", "구매"]
        ),
        UnansweredSubject(
            korean: "순 방문자·재방문",
            english: "unique or returning viewers",
            keywords: ["순 방문", "순방문", "재방문", "unique", "returning", "reach$"],
            fields: ["viewerid", "userid", "visitorid", "시청자id"]
        ),
    ]
}
