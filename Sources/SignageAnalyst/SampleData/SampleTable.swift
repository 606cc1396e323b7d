/// The tables of sample data and their columns, in the order in which they are written.
package enum SampleTable: String, CaseIterable, Sendable {
    case targetedAds, signages, viewEvents, plays, statusReports

    package var columns: [StaticString] {
        switch self {
        case .targetedAds: ["id", "title", "advertiser", "targetGender", "targetAge", "durationSeconds"]
        case .signages: ["id", "name", "location", "status", "lastSeen"]
        case .viewEvents:
            [
                "id", "targetedAdId", "signageId", "viewedAt", "dwellTime", "attentionTime", "clicked", "gender",
                "ageGroup",
            ]
        case .plays: ["id", "targetedAdId", "signageId", "playedAt", "durationSeconds", "ots", "watchers"]
        case .statusReports: ["signageId", "reportedAt", "status"]
        }
    }
}

/// A value of sample data.
package enum SampleValue: Sendable, Equatable {
    case null
    case text(String)
    case integer(Int)
    /// Tenths, written with one decimal.
    case tenths(Int)
    case flag(Bool)
}
