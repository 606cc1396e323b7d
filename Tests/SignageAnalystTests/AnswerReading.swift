import AssistantsAPI
import SignageAnalyst
import Testing

/// Data given as one JSON document, as in `system_data`.
func systemData(_ json: String) throws -> SignageData {
    SignageData(systemData: [try #require(JSONValue(parsing: json).objectValue)], messages: [])
}

/// Asks a message that carries its data in its text.
func answer(toMessage message: String) -> String {
    SignageAnalyst.answer(to: message, about: SignageData(systemData: [], messages: [message]))
}

/// An answer as a reader of Markdown sees it.
struct AnswerReading {
    let text: String

    init(_ text: String) { self.text = text }

    /// The cells of the first table row whose first cell is `title`, below the heading that has `section` in it.
    func row(_ title: String, in section: String? = nil) -> [String]? {
        var isInside = section == nil
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#"), let section { isInside = line.contains(section) }
            guard isInside, line.hasPrefix("| ") else { continue }
            let cells = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            if cells.first == title { return cells }
        }
        return nil
    }

    /// The first cells of the rows below a heading, without header, rule and sums.
    func titles(in section: String) -> [String] {
        var isInside = false
        var titles: [String] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#") { isInside = line.contains(section) }
            guard isInside, line.hasPrefix("| ") else { continue }
            titles.append(line.dropFirst(2).dropLast(2).components(separatedBy: " | ").first ?? "")
        }
        return titles.dropFirst().filter { !$0.hasPrefix("**") }
    }
}

extension Substring {
    /// Pieces between occurrences of a separator, as strings.
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}

/// A small data set in which every figure is easily counted by hand.
///
/// Ad A has 4 views and 2 clicks, ad B 2 views and no click. Device 1 has 3 events, device 2 has 3, device 3 none.
enum SmallData {
    static let ads = #"[{"id":"a","title":"Alpha"},{"id":"b","title":"Beta"}]"#
    static let devices = """
        [{"id":"d1","name":"Lobby","location":"Seoul","status":"online"},\
        {"id":"d2","name":"Gate","location":"Seoul","status":"offline"},\
        {"id":"d3","name":"Dock","location":"Busan","status":"online"}]
        """
    /// 2026-03-02 is a Monday.
    static let events = """
        [{"id":1,"adId":"a","deviceId":"d1","viewedAt":"2026-03-02T09:00:00+09:00","dwellTime":10,"clicked":true},\
        {"id":2,"adId":"a","deviceId":"d1","viewedAt":"2026-03-02T09:30:00+09:00","dwellTime":20,"clicked":false},\
        {"id":3,"adId":"a","deviceId":"d2","viewedAt":"2026-03-03T10:00:00+09:00","dwellTime":30,"clicked":true},\
        {"id":4,"adId":"a","deviceId":"d2","viewedAt":"2026-03-03T09:10:00+09:00","dwellTime":5,"clicked":false},\
        {"id":5,"adId":"b","deviceId":"d1","viewedAt":"2026-03-04T18:00:00+09:00","dwellTime":15,"clicked":false},\
        {"id":6,"adId":"b","deviceId":"d2","viewedAt":"2026-03-05T18:00:00+09:00","dwellTime":16,"clicked":false}]
        """
    static let document = #"{"targetedAds":\#(ads),"signages":\#(devices),"viewEvents":\#(events)}"#
}

extension JSONObject {
    /// The object that a JSON text is, nil when it is of another kind.
    init?(text: String) throws {
        guard let object = try JSONValue(parsing: text).objectValue else { return nil }
        self = object
    }
}
