/// Draws a chart as SVG: title, axes with their names and labels, and the values as they were measured.
struct ChartDrawing {
    private let chart: Chart
    private let scale: ChartScale
    private var lines: [String] = []

    private static let width = 800.0
    private static let plotHeight = 260.0
    private static let barHeight = 24.0
    private static let top = 64.0
    private static let right = 40.0
    /// Room for the names of bars, and for the values beside an upright plot.
    private static let nameWidth = 210.0
    private static let valueWidth = 86.0
    /// Hues that differ for those too who do not see red and green apart.
    private static let colours = ["#2563eb", "#d97706", "#0f766e", "#9333ea"]

    init(_ chart: Chart) {
        self.chart = chart
        scale = ChartScale(chart.series.flatMap { $0.values.compactMap { $0 } })
        if chart.form == .bars { drawBars() } else { drawUpright() }
        drawLegend()
    }

    var svg: String {
        let size = "width=\"\(Self.number(Self.width))\" height=\"\(Self.number(height))\""
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(Self.number(Self.width)) \(Self.number(height))" \
            role="img" aria-labelledby="title description" font-family="system-ui, 'Noto Sans', 'Noto Sans KR', \
            'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif" font-size="12" fill="#334155">
            <title id="title">\(Self.escaped(chart.title))</title>
            <desc id="description">\(Self.escaped(description))</desc>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="20" y="30" font-size="17" font-weight="600" fill="#0f172a">\(Self.escaped(chart.title))</text>
            """
        return ([head] + lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    /// All values in words, for those who cannot see the picture.
    private var description: String {
        chart.series.map { series in
            let values = zip(chart.labels, series.values).map { "\($0) \($1.map(chart.text) ?? Figure.none)" }
            return (series.name.isEmpty ? "" : "\(series.name): ") + values.joined(separator: ", ")
        }.joined(separator: "; ")
    }

    private var height: Double {
        if chart.form == .bars { return Self.top + plotLength + 62 }
        return Self.top + Self.plotHeight + (isSlanted ? 120 : 66)
    }

    // MARK: Upright

    /// Whether labels stand too close to be written level.
    private var isSlanted: Bool {
        let longest = shownLabels.map { Self.width(of: chart.labels[$0]) }.max() ?? 0
        return longest > uprightWidth / Double(max(shownLabels.count, 1)) - 6
    }

    /// The labels that are written: of many every second, third, …
    private var shownLabels: [Int] {
        let every = (chart.labels.count + 30) / 31
        return chart.labels.indices.filter { $0 % every == 0 }
    }

    private var uprightWidth: Double { Self.width - Self.valueWidth - Self.right }

    private func y(_ value: Double) -> Double { Self.top + Self.plotHeight * (1 - scale.share(value)) }

    private func x(_ index: Int) -> Double {
        Self.valueWidth + uprightWidth * (Double(index) + 0.5) / Double(chart.labels.count)
    }

    private mutating func drawUpright() {
        let end = Self.width - Self.right
        for tick in scale.ticks {
            line(Self.valueWidth, y(tick), end, y(tick), tick == 0 ? "#64748b" : "#e2e8f0")
            text(chart.text(tick), Self.valueWidth - 8, y(tick) + 4, anchor: "end")
        }
        text(chart.measure, 20, Self.top - 10)
        let bottom = Self.top + Self.plotHeight
        for index in shownLabels {
            let slant =
                isSlanted ? " transform=\"rotate(-40 \(Self.number(x(index))) \(Self.number(bottom + 16)))\"" : ""
            text(
                Self.shortened(chart.labels[index], to: 18),
                x(index),
                bottom + 18,
                anchor: isSlanted ? "end" : "middle",
                more: slant
            )
        }
        text(chart.groups, Self.valueWidth + uprightWidth / 2, height - 14, anchor: "middle")
        for number in chart.series.indices {
            if chart.form == .line { drawLine(number) } else { drawColumns(number) }
        }
    }

    /// The line is broken where a figure is missing.
    private mutating func drawLine(_ number: Int) {
        let colour = Self.colours[number % Self.colours.count]
        var points: [String] = []
        var lines: [[String]] = []
        for (index, value) in chart.series[number].values.enumerated() {
            if let value {
                points.append("\(Self.number(x(index))),\(Self.number(y(value)))")
            } else if !points.isEmpty {
                lines.append(points)
                points = []
            }
        }
        if !points.isEmpty { lines.append(points) }
        for points in lines {
            self.lines.append(
                "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>"
            )
        }
        guard chart.labels.count <= 100 else { return }
        for (index, value) in chart.series[number].values.enumerated() {
            guard let value else { continue }
            mark(
                "<circle cx=\"\(Self.number(x(index)))\" cy=\"\(Self.number(y(value)))\" r=\"3\" fill=\"\(colour)\">",
                index,
                number,
                value,
                "circle"
            )
        }
    }

    private mutating func drawColumns(_ number: Int) {
        let share = uprightWidth / Double(chart.labels.count)
        let width = share * 0.72 / Double(chart.series.count)
        for (index, value) in chart.series[number].values.enumerated() {
            guard let value else { continue }
            let left = x(index) - share * 0.36 + width * Double(number)
            let (top, bottom) = (min(y(value), y(0)), max(y(value), y(0)))
            rectangle(left, top, width, bottom - top, index, number, value)
            if chart.series.count == 1, chart.labels.count <= 12 {
                text(chart.text(value), left + width / 2, top - 5, anchor: "middle")
            }
        }
    }

    // MARK: Bars

    private var plotLength: Double {
        Double(chart.labels.count) * (Self.barHeight * Double(chart.series.count) + 8)
    }

    private mutating func drawBars() {
        let room = Self.width - Self.nameWidth - Self.right - 60
        let x = { [scale] (value: Double) in Self.nameWidth + room * scale.share(value) }
        for tick in scale.ticks {
            line(x(tick), Self.top, x(tick), Self.top + plotLength, tick == 0 ? "#64748b" : "#e2e8f0")
            text(chart.text(tick), x(tick), Self.top + plotLength + 18, anchor: "middle")
        }
        text(chart.measure, Self.nameWidth + room / 2, height - 14, anchor: "middle")
        text(chart.groups, 20, Self.top - 10)
        for (index, label) in chart.labels.enumerated() {
            let start = Self.top + plotLength * Double(index) / Double(chart.labels.count) + 4
            let middle = start + Self.barHeight * Double(chart.series.count) / 2 + 4
            text(Self.shortened(label, to: 28), Self.nameWidth - 8, middle, anchor: "end")
            for (number, series) in chart.series.enumerated() {
                guard let value = series.values[index] else { continue }
                let top = start + Self.barHeight * Double(number)
                let (left, right) = (min(x(value), x(0)), max(x(value), x(0)))
                rectangle(left, top, right - left, Self.barHeight - 3, index, number, value)
                text(chart.text(value), right + 6, top + Self.barHeight / 2 + 3)
            }
        }
    }

    // MARK: Pieces

    private mutating func drawLegend() {
        guard chart.series.count > 1 else { return }
        var left = Self.width - Self.right
        for (number, series) in chart.series.enumerated().reversed() {
            let name = Self.shortened(series.name, to: 24)
            left -= Self.width(of: name) + 30
            let colour = Self.colours[number % Self.colours.count]
            lines.append("<rect x=\"\(Self.number(left))\" y=\"42\" width=\"12\" height=\"12\" fill=\"\(colour)\"/>")
            text(name, left + 17, 52)
        }
    }

    private mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String) {
        let (start, end) = (
            "x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\"", "x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\""
        )
        lines.append("<line \(start) \(end) stroke=\"\(colour)\"/>")
    }

    private mutating func text(
        _ text: String,
        _ x: Double,
        _ y: Double,
        anchor: String = "start",
        more: String = ""
    ) {
        let place = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor)\"\(more)"
        lines.append("<text \(place)>\(Self.escaped(text))</text>")
    }

    private mutating func rectangle(
        _ x: Double,
        _ y: Double,
        _ width: Double,
        _ height: Double,
        _ index: Int,
        _ series: Int,
        _ value: Double
    ) {
        let place =
            "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        let colour = Self.colours[series % Self.colours.count]
        mark("<rect \(place) fill=\"\(colour)\">", index, series, value, "rect")
    }

    /// A shape that tells its value to who points at it.
    private mutating func mark(_ shape: String, _ index: Int, _ series: Int, _ value: Double, _ element: String) {
        let name = chart.series[series].name.isEmpty ? "" : chart.series[series].name + ", "
        let told = "\(name)\(chart.labels[index]): \(chart.text(value))"
        lines.append("\(shape)<title>\(Self.escaped(told))</title></\(element)>")
    }

    /// About how wide a text is: Hangul is twice as wide as Latin.
    private static func width(of text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? 12 : 6.6) }
    }

    private static func shortened(_ text: String, to length: Int) -> String {
        text.count > length ? text.prefix(length - 1) + "…" : text
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // XML has no way to write the others.
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value & 0xFFFE == 0xFFFE: escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
