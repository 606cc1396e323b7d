/// The words by which a text announces an array of data or states its size, in Korean and English.
enum LabelVocabulary {
    enum Word: Sendable, Equatable {
        case table(TableName)
        /// A word that may stand between a table's name and its array: "데이터", "list", "개수".
        case filler
        /// A word that makes a number a total: "총", "total".
        case total
        /// A unit of things that are counted: "개", "items".
        case unit
        /// A word that makes a number a rank or a selection: "상위", "top".
        case ranking
        /// A word that makes a sentence say how things are: "입니다", "there are".
        case statement
        /// A word that makes the numbers of its sentence a wish: "비교", "only".
        case selection
    }

    /// Names of tables without spaces, `_` and `-`, in lower case.
    static let tableNouns: [String: TableName] = [
        "타겟광고": .targetedAds, "타깃광고": .targetedAds, "타겟팅광고": .targetedAds, "타게팅광고": .targetedAds,
        "맞춤광고": .targetedAds, "광고": .targetedAds, "targetedads": .targetedAds, "targetedad": .targetedAds,
        "targetads": .targetedAds, "advertisements": .targetedAds, "advertisement": .targetedAds,
        "adverts": .targetedAds, "ads": .targetedAds, "ad": .targetedAds,
        "디바이스": .signages, "사이니지": .signages, "단말기": .signages, "단말": .signages, "기기": .signages,
        "장치": .signages, "signages": .signages, "signage": .signages, "signagedevices": .signages,
        "devices": .signages, "device": .signages, "displays": .signages, "screens": .signages,
        "시청이벤트": .viewEvents, "시청기록": .viewEvents, "시청로그": .viewEvents, "시청내역": .viewEvents,
        "시청데이터": .viewEvents, "조회이벤트": .viewEvents, "이벤트": .viewEvents, "viewevents": .viewEvents,
        "viewevent": .viewEvents, "viewingevents": .viewEvents, "viewlogs": .viewEvents, "events": .viewEvents,
        "event": .viewEvents,
    ]

    /// The word that begins at `start`, and where it ends. Spaces, `_` and `-` inside a word are passed over, ASCII
    /// letters match in any case, and a Latin word must stand alone.
    static func word(in text: UnsafeRawBufferPointer, at start: Int) -> (word: Word, end: Int)? {
        let entries = entriesByFirstByte[Int(lowercased(text[start]))]
        if entries.isEmpty { return nil }
        if isLatin(text[start]), start > 0, isWordByte(text[start - 1]) { return nil }
        for entry in entries {
            if let end = match(entry.spelling, in: text, at: start) { return (entry.word, end) }
        }
        return nil
    }

    private struct Entry: Sendable {
        let spelling: [UInt8]
        let word: Word
    }

    /// For every first byte the words that begin with it, longest first.
    private static let entriesByFirstByte: [[Entry]] = {
        var words: [(String, Word)] = tableNouns.map { ($0.key, .table($0.value)) }
        words += [
            "데이터", "목록", "리스트", "정보", "내역", "현황", "개수", "갯수", "수량", "건수", "수", "배열", "의", "은", "는", "이", "가",
            "도", "을", "를", "에", "data", "dataset",
            "list", "array", "json", "records", "rows", "count", "number", "of", "are", "is",
        ].map { ($0, .filler) }
        words += ["총", "전체", "모두", "합계", "total", "altogether"].map { ($0, .total) }
        words += ["개", "대", "건", "편", "종", "items", "entries", "pcs"].map { ($0, .unit) }
        words += [
            "상위", "하위", "최근", "처음", "마지막", "top", "bottom", "best", "worst", "last", "first", "latest", "최대", "최소",
        ].map { ($0, .ranking) }
        words += [
            "입니다", "이에요", "예요", "있습니다", "있어요", "있다", "이다", "이야", "thereare", "wehave",
        ].map { ($0, .statement) }
        words += [
            "만", "씩", "마다", "개당", "대당", "비교", "추천", "골라", "고르", "뽑", "선택", "보여", "찾아", "싶", "높은", "낮은", "많은", "적은",
            "compare", "comparing", "comparison", "recommend", "suggest", "pick", "choose", "select", "only", "just",
            "show", "give", "find", "which", "what", "how", "want", "each", "most", "least", "highest", "lowest",
        ].map { ($0, .selection) }
        var table = [[Entry]](repeating: [], count: 256)
        for (text, word) in words.sorted(by: { ($0.0.utf8.count, $1.0) > ($1.0.utf8.count, $0.0) }) {
            let spelling = Array(text.utf8)
            table[Int(spelling[0])].append(Entry(spelling: spelling, word: word))
        }
        return table
    }()

    private static func match(_ spelling: [UInt8], in text: UnsafeRawBufferPointer, at start: Int) -> Int? {
        var index = start
        var skipped = 0
        for (position, byte) in spelling.enumerated() {
            while position > 0, index < text.count, isSeparator(text[index]), skipped < 4 {
                index += 1
                skipped += 1
            }
            guard index < text.count, lowercased(text[index]) == byte else { return nil }
            index += 1
        }
        if isLatin(spelling[0]), index < text.count, isWordByte(text[index]) { return nil }
        return index
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }

    private static func isLatin(_ byte: UInt8) -> Bool { byte < 0x80 }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch lowercased(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
