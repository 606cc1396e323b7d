import RunEngine
import Testing

@Suite struct SearchIndexingTests {
    typealias Progress = SearchIndexing.Progress

    @Test(
        "Indexing rests the longer the more others write, longer when they read, and never for long",
        arguments: [
            // Alone, a third of the time is work; beside others a tenth.
            (Progress(messages: 256, time: .milliseconds(10), otherWrites: 0), Duration.milliseconds(20)),
            (Progress(messages: 256, time: .milliseconds(10), otherWrites: 1), .milliseconds(90)),
            (Progress(messages: 256, time: .milliseconds(10), otherWrites: 25), .milliseconds(90)),
            (Progress(messages: 256, time: .milliseconds(10), otherReads: 1), .milliseconds(90)),
            // Reads hold it up no further, as they bring no messages.
            (Progress(messages: 256, time: .milliseconds(10), otherReads: 400), .milliseconds(90)),
            (Progress(messages: 256, time: .milliseconds(10), otherWrites: 26, otherReads: 1), .milliseconds(490)),
            // Of 26 writes in ten milliseconds a tenth of the time cannot keep up with, as there come 260 until the next step.
            (Progress(messages: 256, time: .milliseconds(10), otherWrites: 26), .milliseconds(490)),
            // A step may be small for other reasons.
            (Progress(messages: 1, time: .milliseconds(10), otherWrites: 15), .milliseconds(90)),
            (Progress(messages: 256, time: .seconds(2), otherWrites: 1), .seconds(5)),
            (Progress(messages: 256, time: .seconds(2), otherWrites: 400), .seconds(5)),
        ]
    )
    func rest(_ progress: Progress, _ expected: Duration) {
        #expect(SearchIndexing.rest(after: progress) == expected)
    }
}
