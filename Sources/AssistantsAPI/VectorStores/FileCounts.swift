/// How many files of a store or a batch are in which state.
package struct FileCounts: Sendable, Equatable {
    package var inProgress: Int
    package var completed: Int
    package var failed: Int
    package var cancelled: Int

    package init(inProgress: Int = 0, completed: Int = 0, failed: Int = 0, cancelled: Int = 0) {
        self.inProgress = inProgress
        self.completed = completed
        self.failed = failed
        self.cancelled = cancelled
    }

    package var total: Int { inProgress + completed + failed + cancelled }
}

extension FileCounts: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("in_progress", inProgress)
        writer.member("completed", completed)
        writer.member("failed", failed)
        writer.member("cancelled", cancelled)
        writer.member("total", total)
        writer.endObject()
    }
}
