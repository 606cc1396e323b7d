import RunEngine
import Testing

@Suite struct CodeArgumentsTests {
    /// Arguments as models send them, and the code in them.
    private static let cases: [(arguments: String, code: String)] = [
        (#"{"code": "print(1)"}"#, "print(1)"),
        (#" {"title":"a, {b","lines":[1,{"x":"}"}],"code":"x = 1\nprint(x)\n"}"#, "x = 1\nprint(x)\n"),
        (
            #"{"input":"print(\"안녕\", '\ud83c\udf70', '\uac00', \"\\n\")","reason":"x"}"#,
            "print(\"안녕\", '🍰', '가', \"\\n\")"
        ),
        (#""print('only a text')""#, "print('only a text')"),
        ("import os\nprint({'a': \"b\"})\n", "import os\nprint({'a': \"b\"})\n"),
        ("{x for x in 'abc'}", "{x for x in 'abc'}"),
        ("{\"code\": \"a = 1\nb = 2\"}", "a = 1\nb = 2"),
        (#"{"code": "print("x")"}"#, #"print("x")"#),
        (#"{"code": "re.sub('\d+', '')"}"#, #"re.sub('\d+', '')"#),
        (#"{"code": ["a = 1", "print(a)"]}"#, "a = 1\nprint(a)\n"),
        (#"{"python_code": "print(2)"}"#, "print(2)"),
        (#"{"code": ""}"#, ""),
        ("{}", ""),
        ("", ""),
    ]

    @Test("The code is found however the arguments are cut into pieces", arguments: cases)
    func pieces(_ arguments: String, _ code: String) {
        for size in [1, 2, 3, 5, 8, 1000] {
            var reader = CodeArguments()
            var found = ""
            var rest = Substring(arguments)
            while !rest.isEmpty {
                found += reader.read(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            found += reader.finish()

            #expect(found == code, "in pieces of \(size)")
        }
    }

    @Test("Code is told as soon as it comes")
    func early() {
        var reader = CodeArguments()

        #expect(reader.read(#"{"co"#) == "")
        #expect(reader.read(#"de":"im"#) == "im")
        #expect(reader.read(#"port os\"#) == "port os")
        #expect(reader.read("nx") == "\nx")
        #expect(reader.read(#""}"#) == "")
        #expect(reader.finish() == "")
    }

    @Test("What is cut short is told as far as it came")
    func cut() {
        var reader = CodeArguments()

        #expect(reader.read(#"{"code":"print(1)\u00"#) == "print(1)")
        #expect(reader.finish() == "")
    }
}
