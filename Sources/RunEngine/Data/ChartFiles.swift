import AssistantsAPI
import NIOCore
import SignageAnalyst
import Storage

/// Keeps the charts of answers as files, for whoever may read the thread.
package struct ChartFiles: Sendable {
    private let files: FileService

    package init(files: FileService) { self.files = files }

    /// The file of a chart. It is on disk when this returns.
    func keep(_ chart: Chart, for thread: Identifier<AssistantThread>) async throws -> File {
        let project = try await files.database.read { try $0.threads.project(of: thread) }
        guard let project else { throw EngineError.threadNotFound(thread) }
        return try await files.contents.receiving { incoming in
            try await incoming.write(ByteBuffer(string: chart.svg))
            return try await files.create(
                incoming,
                filename: chart.filename,
                purpose: .assistantsOutput,
                lifetime: nil,
                in: project
            )
        }
    }
}
