/// What a field of a row means, whatever it is called.
enum FieldRole: Int, CaseIterable, Sendable {
    case rowID, adID, adName, deviceID, deviceName, location, status, lastSeen
    case timestamp, endTime, date, clicked, clickedAt, eventType
    case dwell, attention, watch, viewTime
    case plays, views, impressions, watchers, clicks, age, gender, target

    /// Names to ask for when a question needs a field that is missing, best first.
    var examples: String {
        switch self {
        case .rowID: "`id`"
        case .adID: "`targetedAdId`, `adId`, `광고ID`"
        case .adName: "`title`, `adName`, `광고명`"
        case .deviceID: "`signageId`, `deviceId`, `디바이스ID`"
        case .deviceName: "`name`, `deviceName`, `디바이스명`"
        case .location: "`location`, `region`, `위치`, `지역`"
        case .status: "`status`, `isOnline`, `상태`"
        case .lastSeen: "`lastSeen`, `lastHeartbeat`, `마지막접속`"
        case .timestamp, .date: "`viewedAt`, `timestamp`, `시청시각`"
        case .endTime: "`endTime`"
        case .clicked, .clickedAt: "`clicked`, `eventType`, `클릭여부`"
        case .eventType: "`eventType`, `이벤트유형`"
        case .dwell: "`dwellTime`, `체류시간`"
        case .attention: "`attentionTime`, `주목시간`"
        case .watch, .viewTime: "`watchTime`, `duration`, `시청시간`"
        case .plays: "`playCount`, `plays`, `재생수`"
        case .views: "`views`, `viewCount`, `조회수`"
        case .impressions: "`impressions`, `노출수`"
        case .watchers: "`watchers`, `시청자수`"
        case .clicks: "`clicks`, `clickCount`, `클릭수`"
        case .age: "`age`, `ageGroup`, `연령대`"
        case .gender: "`gender`, `성별`"
        case .target: "`target`, `targetAge`, `타겟`"
        }
    }
}

/// The unit that a field's name gives to its durations.
enum DurationUnit: Sendable {
    case milliseconds, seconds, minutes
    /// The name gives none; it is settled by the size of the values and said in the answer.
    case unstated

    /// Milliseconds of one unit, nil when it is unstated.
    var milliseconds: Double? {
        switch self {
        case .milliseconds: 1
        case .seconds: 1000
        case .minutes: 60_000
        case .unstated: nil
        }
    }
}
