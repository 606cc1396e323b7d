import AssistantsAPI

/// What the figures of generated data must come to: counted while it is made, in whole numbers, apart from every program that
/// reads it.
package struct SampleTruth: Sendable {
    struct Figures: Sendable {
        var plays = 0
        var exposureSeconds = 0
        var screens: Set<Int> = []
        var ots = 0
        var watchers = 0
        var views = 0
        var clicks = 0
        var dwellTenths = 0
        var attentionTenths = 0
    }

    struct Reports: Sendable {
        var all = 0
        var online = 0
    }

    let options: SampleData.Options
    var rows = [Int](repeating: 0, count: SampleTable.allCases.count)
    var total = Figures()
    /// Groupings by name; each has its groups in their order.
    var groups: [(name: String, keys: [String], figures: [Figures])] = []
    var uptime: [(device: String, reports: Reports)] = []

    init(_ options: SampleData.Options) { self.options = options }
}

extension SampleTruth: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("seed", String(options.seed))
        json.key("rows")
        json.beginObject()
        for (table, count) in zip(SampleTable.allCases, rows) {
            json.key(table.rawValue)
            json.value(count)
        }
        json.endObject()
        json.key("total")
        json.value(total)
        for group in groups {
            json.key(group.name)
            json.beginObject()
            for (key, figures) in zip(group.keys, group.figures) {
                json.key(key)
                json.value(figures)
            }
            json.endObject()
        }
        json.key("uptime")
        json.beginObject()
        for (device, reports) in uptime {
            json.key(device)
            json.beginObject()
            json.member("reports", reports.all)
            json.member("online", reports.online)
            json.endObject()
        }
        json.endObject()
        json.endObject()
    }
}

extension SampleTruth.Figures: JSONWritable {
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("plays", plays)
        json.member("exposure_s", exposureSeconds)
        json.member("screens", screens.count)
        json.member("ots", ots)
        json.member("watchers", watchers)
        json.member("views", views)
        json.member("clicks", clicks)
        json.member("dwell_tenths", dwellTenths)
        json.member("attention_tenths", attentionTenths)
        json.endObject()
    }
}
