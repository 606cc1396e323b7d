import AssistantsAPI
import Testing

@Suite struct InstructionsTests {
    private let text = "You analyse \"signage\".\n광고와 디바이스를 분석합니다."

    @Test("Objects show them as the text that was given")
    func json() throws {
        let settings = AssistantSettings(model: "m", instructions: text)

        let read = try #require(AssistantSettings(storedJSON: settings.jsonText))

        #expect(read == settings)
        #expect(read.instructions == text)
        #expect(try JSONValue(parsing: String(decoding: Instructions(text).json, as: UTF8.self)) == .string(text))
    }

    @Test("A new text takes the old one's place in all that was made of it")
    func replaced() throws {
        var settings = AssistantSettings(model: "m", instructions: text)
        _ = settings.jsonText
        _ = settings.preparedInstructions?.tokens { $0.utf8.count }

        settings.instructions = "Be brief."

        #expect(try JSONValue(parsing: settings.jsonText)["instructions"]?.stringValue == "Be brief.")
        #expect(settings.preparedInstructions?.tokens { $0.utf8.count } == 9)
    }

    @Test("Texts are told apart by their bytes, not by what they look like")
    func bytes() {
        let (composed, decomposed) = ("광고", "\u{1100}\u{116A}\u{11BC}\u{1100}\u{1169}")

        #expect(composed == decomposed)
        #expect(Instructions(composed) != Instructions(decomposed))
        #expect(Instructions(composed) == Instructions(composed + ""))
        #expect(Instructions("") == Instructions(""))
        #expect(Instructions("a") != Instructions(""))
    }

    @Test("Tokens are counted once")
    func tokens() {
        let instructions = Instructions(text)
        var counted = 0

        let results = (0..<3).map { _ in
            instructions.tokens { text in
                counted += 1
                return text.utf8.count
            }
        }

        #expect(results == [text.utf8.count, text.utf8.count, text.utf8.count])
        #expect(counted == 1)
    }

    @Test("A run shares its assistant's, unless its caller says otherwise")
    func shared() {
        let assistant = AssistantSettings(model: "m", instructions: text)
        var overrides = RunOverrides()

        #expect(overrides.settings(for: assistant).preparedInstructions === assistant.preparedInstructions)
        overrides.additionalInstructions = "In tables."
        #expect(overrides.settings(for: assistant).instructions == text + "\n\nIn tables.")
        overrides.instructions = ""
        #expect(overrides.settings(for: assistant).instructions == "In tables.")
        overrides.additionalInstructions = nil
        #expect(overrides.settings(for: assistant).instructions?.isEmpty == true)
        #expect(RunOverrides().settings(for: AssistantSettings(model: "m")).instructions == nil)
    }
}
