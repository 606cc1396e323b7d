/// The three tables that a signage dashboard sends, by the names they have in `system_data`.
enum TableName: String, CaseIterable, Sendable {
    case targetedAds, signages, viewEvents

    /// The table that a member of a JSON object holds, going by the member's name alone.
    ///
    /// Only whole names count, so that `eventTypes` is not taken for events.
    init?(key: String) {
        var name = FieldName.folded(key)
        for suffix in ["data", "list", "array", "데이터", "목록", "리스트"] where name.hasSuffix(suffix) {
            name.removeLast(suffix.count)
            break
        }
        if let table = FieldNames.added.tables[FieldName.folded(key)] ?? FieldNames.added.tables[name] {
            guard let known = TableName(rawValue: table) else { return nil }
            self = known
            return
        }
        guard let table = LabelVocabulary.tableNouns[name] else { return nil }
        self = table
    }

    func title(in language: Language) -> String {
        switch self {
        case .targetedAds: language("타겟광고", "targeted ads")
        case .signages: language("디바이스", "devices")
        case .viewEvents: language("시청 이벤트", "view events")
        }
    }
}
