extension Finding {
    /// Whether it may change the figures, so that every answer mentions it.
    var isGrave: Bool {
        switch self {
        case .cutOff, .malformed, .unreadable, .statedCount, .strayElements, .duplicateIDs, .unknownReferences,
            .eventsWithoutReference, .missingTimes, .unparsableTimes, .clicksWithoutViews, .negativeValues, .mixedZones,
            .tooManyNames, .droppedArrays, .unreadableValues:
            true
        case .missingValues(_, _, _, _, let changesFigures): changesFigures
        case .attentionBeyondDwell, .noTable, .emptyTable, .noField, .missingIDs, .viewFieldDisagrees,
            .clickFieldDisagrees:
            false
        }
    }

    func text(in language: Language) -> String {
        switch self {
        case .cutOff, .malformed, .unreadable, .strayElements, .droppedArrays: sourceText(in: language)
        case .noTable, .emptyTable, .noField, .statedCount: tableText(in: language)
        case .missingIDs, .duplicateIDs, .unknownReferences, .eventsWithoutReference, .tooManyNames:
            idText(in: language)
        case .missingTimes, .unparsableTimes, .mixedZones: timeText(in: language)
        case .clicksWithoutViews, .negativeValues, .viewFieldDisagrees, .clickFieldDisagrees, .unreadableValues,
            .missingValues, .attentionBeyondDwell:
            valueText(in: language)
        }
    }

    private func sourceText(in language: Language) -> String {
        switch self {
        case .cutOff(let table, let rows):
            return language(
                "\(Self.name(table, language)) 배열이 중간에 잘렸습니다. 온전한 \(Figure.number(rows))행만 계산했습니다.",
                "The array of \(Self.name(table, language)) is cut off; complete rows before the cut, which are used: \(Figure.number(rows))."
            )
        case .malformed(let table, let rows, let reason):
            return language(
                "\(Self.name(table, language)) 배열이 JSON 형식에 어긋납니다(\(reason)). 그 앞의 \(Figure.number(rows))행만 계산했습니다.",
                "The array of \(Self.name(table, language)) is not valid JSON (\(reason)); only the \(Figure.number(rows)) rows before "
                    + "the fault are used."
            )
        case .unreadable(let table, let reason, let olderIsUsed):
            let rest =
                olderIsUsed
                ? language(" 이전에 받은 배열을 사용했습니다.", " The array sent before is used.")
                : language(" 이 표는 계산에 없습니다.", " The table is missing from the figures.")
            return language(
                "\(Self.name(table, language)) 배열을 읽을 수 없습니다(\(reason)).",
                "The array of \(Self.name(table, language)) cannot be read (\(reason))."
            ) + rest
        case .strayElements(let table, let count):
            return language(
                "\(Self.name(table, language)) 배열에 객체가 아닌 원소가 \(Figure.number(count))개 있어 뺐습니다.",
                "Elements of the array of \(Self.name(table, language)) that are not objects, left out: \(Figure.number(count))."
            )
        case .droppedArrays(let count):
            return language(
                "이름을 알 수 없는 배열이 너무 많아 \(Figure.number(count))개를 뺐습니다.",
                "There are too many arrays of unknown name; \(Figure.number(count)) are left out."
            )
        default: return ""
        }
    }

    private func tableText(in language: Language) -> String {
        switch self {
        case .noTable(let table):
            return language(
                "\(Self.name(table, language)) 데이터가 없습니다.",
                "There is no table of \(Self.name(table, language))."
            )
        case .emptyTable(let table):
            return language(
                "\(Self.name(table, language)) 배열이 비어 있습니다.",
                "The array of \(Self.name(table, language)) is empty."
            )
        case .noField(let table, let role):
            return language(
                "\(Self.name(table, language))에 이 필드가 없습니다: \(role.examples) 등.",
                "No field of \(Self.name(table, language)) is like \(role.examples)."
            )
        case .statedCount(let table, let stated, let found):
            return language(
                "\(Self.name(table, language)): 글에는 \(Figure.number(stated))개라고 적혀 있지만 배열에는 \(Figure.number(found))개가 있습니다.",
                "\(Self.name(table, language)): the text states \(Figure.number(stated)), the array has \(Figure.number(found))."
            )
        default: return ""
        }
    }

    private func idText(in language: Language) -> String {
        switch self {
        case .missingIDs(let table, let rows):
            return language(
                "\(Self.name(table, language)) \(Figure.number(rows))행에 ID가 없습니다.",
                "Rows of \(Self.name(table, language)) without an id: \(Figure.number(rows))."
            )
        case .duplicateIDs(let table, let ids, let extraRows, let example):
            return language(
                "\(Self.name(table, language))에 중복 ID가 \(Figure.number(ids))개 있습니다(겹친 행 \(Figure.number(extraRows))개, 예: `\(Self.cell(example))`).",
                "Duplicated ids in \(Self.name(table, language)): \(Figure.number(ids)) (rows too many: \(Figure.number(extraRows)); "
                    + "for example `\(Self.cell(example))`)."
            )
                + (table == .viewEvents
                    ? language(" 모든 행을 세었습니다.", " All rows are counted.")
                    : language(" ID마다 첫 행만 계산했습니다.", " Only the first row of each id is counted."))
        case .unknownReferences(let table, let names, let events, let examples):
            let list = examples.map { "`\(Self.cell($0))`" }.joined(separator: ", ")
            let more =
                names > examples.count
                ? language(" 외 \(names - examples.count)개", " and \(names - examples.count) more") : ""
            return language(
                "\(Self.name(table, language)) 목록에 없는 것을 가리키는 이벤트가 \(Figure.number(events))건 있습니다: \(list)\(more).",
                "Events that name \(table.title(in: language)) not listed in `\(table.rawValue)`: \(Figure.number(events)) (\(list)\(more))."
            )
        case .eventsWithoutReference(let table, let events):
            return language(
                "이벤트 \(Figure.number(events))건에 \(table == .targetedAds ? "광고" : "디바이스") ID가 없습니다.",
                "Events that name no \(table == .targetedAds ? "ad" : "device"): \(Figure.number(events))."
            )
        case .tooManyNames(let table, let events):
            return language(
                "이벤트가 가리키는 \(table.title(in: language))이(가) 너무 많아 \(Figure.number(events))건은 이름별로 나누지 않았습니다.",
                "Events name too many \(table.title(in: language)); not broken down by name: \(Figure.number(events))."
            )
        default: return ""
        }
    }

    private func timeText(in language: Language) -> String {
        switch self {
        case .missingTimes(let events):
            return language(
                "이벤트 \(Figure.number(events))건에 시각이 없습니다.",
                "Events without a time: \(Figure.number(events))."
            )
        case .unparsableTimes(let events, let example):
            return language(
                "이벤트 \(Figure.number(events))건의 시각을 읽을 수 없습니다(예: `\(Self.cell(example))`).",
                "Events whose time cannot be read: \(Figure.number(events)) (for example `\(Self.cell(example))`)."
            )
        case .mixedZones(let count):
            return language(
                "이벤트 시각의 시간대 표기가 \(count)가지로 섞여 있습니다. 각각 적힌 그대로 계산했습니다.",
                "The times of events are written in \(count) different zones; each is taken as written."
            )
        default: return ""
        }
    }

    private func valueText(in language: Language) -> String {
        switch self {
        case .clicksWithoutViews(let ads, let example, let clicks, let views):
            return language(
                "클릭이 조회보다 많은 광고가 \(Figure.number(ads))개 있습니다(예: \(Self.cell(example)), 클릭 \(Figure.number(clicks)) > 조회 \(Figure.number(views))).",
                "Ads with more clicks than views: \(Figure.number(ads)) (for example \(Self.cell(example)): clicks \(Figure.number(clicks)), "
                    + "views \(Figure.number(views)))."
            )
        case .negativeValues(let table, let count):
            return language(
                "\(Self.name(table, language))에 음수가 \(Figure.number(count))개 있어 뺐습니다(시간·횟수는 음수일 수 없음).",
                "Negative durations or counts in \(Self.name(table, language)), left out: \(Figure.number(count))."
            )
        case .unreadableValues(let table, let field, let values, let example):
            return language(
                "\(Self.name(table, language))의 `\(Self.cell(field))` 값 \(Figure.number(values))개를 읽을 수 없어 뺐습니다(예: `\(Self.cell(example))`).",
                "Values of `\(Self.cell(field))` of \(Self.name(table, language)) that cannot be read, left out: \(Figure.number(values)) "
                    + "(for example `\(Self.cell(example))`)."
            )
        case .missingValues(let table, let field, let rows, let all, _):
            return language(
                "\(Self.name(table, language)) \(Figure.number(all))행 중 \(Figure.number(rows))행에 `\(Self.cell(field))` 값이 없습니다.",
                "Rows of \(Self.name(table, language)) without a value of `\(Self.cell(field))`: \(Figure.number(rows)) of \(Figure.number(all))."
            )
        case .attentionBeyondDwell(let events):
            return language(
                "주목 시간이 체류 시간보다 긴 이벤트가 \(Figure.number(events))건 있습니다.",
                "Events with more attention time than dwell time: \(Figure.number(events))."
            )
        case .clickFieldDisagrees(let field, let sum, let counted):
            return language(
                "광고의 `\(field)` 합계 \(Figure.number(sum))과(와) 이벤트로 센 클릭 \(Figure.number(counted))이(가) 다릅니다. 이벤트로 센 값을 썼습니다.",
                "`\(field)` of the ads adds up to \(Figure.number(sum)), the clicks of the events to \(Figure.number(counted)); the events are used."
            )
        case .viewFieldDisagrees(let field, let sum, let counted):
            return language(
                "광고의 `\(field)` 합계 \(Figure.number(sum))과(와) 시청 이벤트로 센 조회 \(Figure.number(counted))이(가) 다릅니다. 이벤트로 센 값을 썼습니다.",
                "`\(field)` of the ads adds up to \(Figure.number(sum)), the view events to \(Figure.number(counted)); the events are used."
            )
        default: return ""
        }
    }

    private static func name(_ table: TableName, _ language: Language) -> String {
        language(
            "\(table.title(in: language))(`\(table.rawValue)`)",
            "\(table.title(in: language)) (`\(table.rawValue)`)"
        )
    }

    private static func cell(_ text: String) -> String { MarkdownTable.cell(text.filter { $0 != "`" }) }
}
