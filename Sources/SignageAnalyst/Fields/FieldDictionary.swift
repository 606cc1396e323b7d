/// The names under which dashboards keep their fields, folded as `FieldName.folded` does.
enum FieldDictionary {
    typealias Entries = [String: (role: FieldRole, rank: Int)]

    /// Names that mean the same in every table.
    static let shared: Entries = entries([
        .adID: [
            "targetedadid", "adid", "targetadid", "advertisementid", "advertid", "targetedad", "광고id", "타겟광고id",
            "광고아이디", "광고번호", "creativeid", "contentid", "campaignid", "adsid", "mediaid", "ad",
        ],
        .adName: [
            "adname", "adtitle", "targetedadname", "targetedadtitle", "advertisementname", "advertisementtitle",
            "광고명", "광고이름", "광고제목", "광고", "campaignname", "contentname", "creativename",
        ],
        .deviceID: [
            "signageid", "deviceid", "signagedeviceid", "displayid", "screenid", "playerid", "terminalid", "kioskid",
            "디바이스id", "사이니지id", "기기id", "단말id", "단말기id", "장치id", "디바이스아이디", "기기번호", "deviceserial", "serialnumber",
            "signage", "device",
        ],
        .deviceName: [
            "devicename", "signagename", "displayname", "screenname", "디바이스명", "디바이스이름", "사이니지명", "기기명", "단말명", "장치명",
        ],
        .location: [
            "location", "locationname", "region", "area", "place", "site", "store", "storename", "branch", "city",
            "district", "address", "zone", "venue", "위치", "지역", "장소", "지점", "매장", "매장명", "지점명", "설치위치", "설치장소",
            "locationaddress", "locationcity", "locationregion", "devicelocation", "signagelocation", "주소",
        ],
        .status: [
            "status", "devicestatus", "connectionstatus", "state", "isonline", "online", "isconnected", "connected",
            "isactive", "active", "상태", "온라인", "온라인여부", "연결상태", "기기상태", "작동상태",
        ],
        .lastSeen: [
            "lastseen", "lastseenat", "lastheartbeat", "lastheartbeatat", "heartbeat", "lastonline", "lastonlineat",
            "lastconnected", "lastconnectedat", "lastactive", "lastactiveat", "lastping", "lastsync", "lastsyncat",
            "마지막접속", "마지막접속시간", "마지막접속시각", "최근접속", "최근접속시간", "마지막연결",
        ],
        .timestamp: [
            "viewedat", "viewtimestamp", "viewat", "timestamp", "eventtime", "eventtimestamp", "eventat",
            "occurredat", "watchedat", "seenat", "playedat", "recordedat", "datetime", "starttime", "startedat",
            "startat", "viewstarttime", "viewstartedat", "start", "time", "ts", "시청시각", "시청일시", "발생시각", "발생일시", "시각",
            "일시", "시작시간", "시작시각", "시간", "타임스탬프",
        ],
        .endTime: ["endtime", "endedat", "endat", "viewendtime", "viewendedat", "end", "종료시간", "종료시각"],
        .date: ["date", "viewdate", "eventdate", "viewedon", "day", "날짜", "일자", "시청일", "시청일자"],
        .clicked: [
            "clicked", "isclicked", "click", "hasclicked", "wasclicked", "didclick", "clickyn", "isclick", "tapped",
            "touched", "클릭", "클릭여부", "클릭유무", "클릭됨",
        ],
        .clickedAt: ["clickedat", "clicktime", "clicktimestamp", "클릭시각", "클릭일시"],
        .eventType: ["eventtype", "eventname", "eventkind", "이벤트유형", "이벤트타입", "이벤트종류", "유형"],
        .dwell: ["dwelltime", "dwell", "dwellduration", "staytime", "stayduration", "체류시간", "머문시간"],
        .attention: [
            "attentiontime", "attentionduration", "gazetime", "gazeduration", "looktime", "lookduration",
            "focustime", "주목시간", "응시시간", "주시시간", "집중시간",
        ],
        .watch: [
            "watchtime", "watchduration", "viewduration", "viewingtime", "viewingduration", "watchedtime", "duration",
            "playduration", "시청지속시간", "시청기간", "지속시간",
        ],
        .viewTime: ["viewtime", "시청시간"],
        .plays: [
            "playcount", "plays", "totalplays", "playscount", "numplays", "playbackcount", "totalplaycount", "재생수",
            "재생횟수", "재생건수", "총재생수",
        ],
        .views: [
            "views", "viewcount", "viewscount", "totalviews", "numviews", "totalviewcount", "조회수", "시청수", "시청횟수",
            "총조회수",
        ],
        .impressions: [
            "impressions", "impressioncount", "totalimpressions", "ots", "exposures", "exposurecount",
            "opportunitytosee", "노출인원", "유동인구", "노출수", "노출횟수",
            "임프레션",
        ],
        .watchers: [
            "watchers", "watchercount", "numwatchers", "viewers", "viewercount", "lookers", "시청자수", "시청인원", "주목인원",
            "응시인원",
        ],
        .clicks: [
            "clicks", "clickcount", "clickscount", "totalclicks", "numclicks", "totalclickcount", "클릭수", "클릭횟수", "총클릭수",
        ],
        .age: [
            "age", "agegroup", "agerange", "ageband", "viewerage", "vieweragegroup", "estimatedage", "userage", "나이",
            "연령",
            "연령대", "시청자연령", "시청자나이", "audienceage", "audienceagegroup",
        ],
        .gender: ["gender", "sex", "viewergender", "estimatedgender", "usergender", "성별", "시청자성별", "audiencegender"],
        .target: [
            "target", "targetage", "targetagegroup", "targetgender", "targetaudience", "targets", "targetgroup",
            "targetlocation", "targetregion", "타겟", "타깃", "타겟연령", "타겟성별", "타겟층", "대상",
        ],
    ])

    /// All names of each table: the shared ones and those whose meaning depends on the table.
    static let byTable: [TableName: Entries] = [
        .targetedAds: merged(
            [
                .adID: ["id", "oid", "uuid", "아이디", "번호", "code"],
                .adName: ["name", "title", "이름", "제목", "label"],
                .target: [
                    "age", "agegroup", "agerange", "gender", "location", "region", "area", "연령", "연령대", "성별", "지역",
                ],
            ],
            ignoring: [
                "duration", "status", "state", "active", "isactive", "starttime", "startat", "start", "상태", "시간",
                "time",
            ]
        ),
        .signages: merged(
            [
                .deviceID: ["id", "oid", "uuid", "아이디", "번호", "code", "serial"],
                .deviceName: ["name", "title", "이름", "label", "명칭"],
            ],
            ignoring: ["start", "starttime", "time", "시간"]
        ),
        .viewEvents: merged(
            [
                .rowID: ["id", "oid", "uuid", "eventid", "vieweventid", "이벤트id", "아이디"],
                .eventType: ["type", "event", "action", "kind", "이벤트", "종류"],
                .timestamp: ["createdat", "created", "생성일시", "생성시각", "등록일시"],
                .adName: ["title"],
            ],
            ignoring: ["status", "state", "active"]
        ),
    ]

    private static func entries(_ names: [FieldRole: [String]], firstRank: Int = 0) -> Entries {
        var entries: Entries = [:]
        for (role, names) in names {
            for (rank, name) in names.enumerated() { entries[name] = (role, firstRank + rank) }
        }
        return entries
    }

    /// The shared names, without those that mean something else in this table, and its own ones ranked behind them.
    private static func merged(_ names: [FieldRole: [String]], ignoring: Set<String>) -> Entries {
        var merged = shared.filter { !ignoring.contains($0.key) }
        merged.merge(entries(names, firstRank: 100)) { _, own in own }
        return merged
    }
}
