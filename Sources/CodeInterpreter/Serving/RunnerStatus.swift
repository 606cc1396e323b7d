import AssistantsAPI

/// What a runner says of itself.
package struct RunnerStatus: Sendable, Equatable {
    /// Of the protocol that it speaks.
    package var version: Int
    package var availability: InterpreterAvailability
    /// Nil where code cannot be run.
    package var report: InterpreterReport?

    package init(availability: InterpreterAvailability, report: InterpreterReport?) {
        version = CodeRunnerProtocol.version
        self.availability = availability
        self.report = report
    }

    /// What a runner answered; nil for what is no status.
    package init?(_ json: JSONValue) {
        guard let version = json["protocol"]?.intValue, let isAvailable = json["available"]?.boolValue else {
            return nil
        }
        self.version = version
        guard isAvailable else {
            let reason = json["reason"]?.stringValue ?? "it does not say why"
            let remedy = json["remedy"]?.stringValue ?? "look into the runner's log"
            availability = .unavailable(
                reason: CellAnswer.cut(reason, to: 1024),
                remedy: CellAnswer.cut(remedy, to: 1024)
            )
            return
        }
        availability = .available
        report = InterpreterReport(
            python: (json["environment"]?.stringValue).map { .environment($0) } ?? .system,
            version: json["python"]?.stringValue ?? "?",
            missing: (json["missing"]?.arrayValue ?? []).compactMap(\.stringValue),
            hasHangul: json["hangul"]?.boolValue ?? false
        )
    }
}

extension RunnerStatus: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("protocol", version)
        switch availability {
        case .available: writer.member("available", true)
        case .unavailable(let reason, let remedy):
            writer.member("available", false)
            writer.member("reason", reason)
            writer.member("remedy", remedy)
        }
        if let report {
            writer.member("python", report.version)
            if case .environment(let folder) = report.python { writer.member("environment", folder) }
            writer.member("missing", report.missing)
            writer.member("hangul", report.hasHangul)
        }
        writer.endObject()
    }
}
