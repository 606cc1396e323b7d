import ModelProviders
import NIOCore
import Testing

@Suite struct ModelRenamingTests {
    private func renamed(_ body: String) -> String {
        String(buffer: ModelRenaming(aliases: ["small": "local/\"s\""]).apply(to: ByteBuffer(string: body)))
    }

    @Test("The name alone changes, wherever the member stands")
    func name() {
        #expect(
            renamed("{\n \"a\": [1.0, {\"model\":\"small\"}],\t\"model\" : \"small\" ,\"z\":\"small\"} \n")
                == "{\n \"a\": [1.0, {\"model\":\"small\"}],\t\"model\" : \"local/\\\"s\\\"\" ,\"z\":\"small\"} \n"
        )
    }

    @Test("An escaped name or key is the same name, and a doubled member is renamed twice")
    func spelling() {
        #expect(
            renamed(#"{"mod\u0065l":"\u0073mall","model":"x","model":"small"}"#)
                == #"{"mod\u0065l":"local/\"s\"","model":"x","model":"local/\"s\""}"#
        )
    }

    @Test(
        "What names no alias is left as it is",
        arguments: [
            "", "{", "[]", "null", "{\"model\":null}", "{\"model\":\"large\"}", "{\"model\":\"small\"", "\u{FEFF}{}",
        ]
    )
    func untouched(_ body: String) {
        #expect(renamed(body) == body)
    }
}
