import CodeInterpreter
import Testing

@Suite struct CodeRunnerFailureTests {
    @Test("Why code cannot be run is told with what to do about it")
    func remedy() {
        let failure = CodeRunnerFailure.unavailable(reason: "bwrap is not installed", remedy: "install bubblewrap")

        #expect(failure.description.contains("bwrap is not installed"))
        #expect(failure.description.contains("install bubblewrap"))
    }
}
