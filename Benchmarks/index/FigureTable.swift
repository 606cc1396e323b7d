import Foundation

/// What was measured, beside what it should be.
struct FigureTable {
    private var lines: [(name: String, value: String, goal: String)] = []

    /// A figure that is to stay below its goal.
    mutating func add(_ name: String, _ value: Double, _ unit: String, below goal: Double? = nil) {
        let verdict = goal.map { "< \(Self.text($0)) \(unit)\(value < $0 ? "" : "  MISSED")" } ?? ""
        lines.append((name, "\(Self.text(value)) \(unit)", verdict))
    }

    /// A figure that is to reach its goal.
    mutating func add(_ name: String, _ value: Double, _ unit: String, atLeast goal: Double) {
        let verdict = ">= \(Self.text(goal)) \(unit)\(value >= goal ? "" : "  MISSED")"
        lines.append((name, "\(Self.text(value)) \(unit)", verdict))
    }

    func print() {
        let widths = (lines.map(\.name.count).max() ?? 0, lines.map(\.value.count).max() ?? 0)
        for line in lines {
            let name = line.name.padding(toLength: widths.0, withPad: " ", startingAt: 0)
            let value = String(repeating: " ", count: widths.1 - line.value.count) + line.value
            Swift.print("\(name)  \(value)  \(line.goal)")
        }
    }

    private static func text(_ value: Double) -> String { String(format: value < 100 ? "%.2f" : "%.0f", value) }
}

/// Processor time of this process, in seconds: what else the machine does counts least in it.
enum ProcessorTime {
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Resident memory of this process in MB; 0 where the system does not tell.
enum ResidentMemory {
    static func now() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Double($0) }
            .map { $0 / 1024 } ?? 0
    }
}
