import AssistantsAPI
import Testing

@Suite("Filters of searches by attributes")
struct AttributeFilterTests {
    private static let attributes = Attributes([
        .init("year", .integer(2024)), .init("share", .number(0.5)), .init("by", .string("Kim")),
        .init("draft", .bool(false)),
    ])

    private func holds(_ key: String, _ test: AttributeFilter.Test) -> Bool {
        AttributeFilter.comparison(.init(key: key, test: test)).matches(Self.attributes)
    }

    @Test("Numbers are equal whether they are written as integers or not, and never equal to texts")
    func equality() {
        #expect(holds("year", .equal(.number(2024))))
        #expect(!holds("year", .equal(.string("2024"))))
        #expect(holds("year", .notEqual(.string("2024"))))
        #expect(holds("draft", .equal(.bool(false))))
        #expect(!holds("draft", .equal(.integer(0))))
    }

    @Test("Numbers and texts have an order, others have none")
    func order() {
        #expect(holds("year", .greater(.number(2023.5))))
        #expect(!holds("year", .greater(.integer(2024))))
        #expect(holds("year", .greaterOrEqual(.integer(2024))))
        #expect(holds("share", .less(.integer(1))))
        #expect(holds("by", .lessOrEqual(.string("Kim"))))
        #expect(holds("by", .greater(.string("Jung"))))
        #expect(!holds("by", .greater(.integer(1))))
        #expect(!holds("draft", .lessOrEqual(.bool(true))))
    }

    @Test("Integers too large for a double are told apart")
    func largeIntegers() {
        let attributes = Attributes([.init("id", .integer(9_007_199_254_740_993))])
        let filter = AttributeFilter.comparison(.init(key: "id", test: .equal(.integer(9_007_199_254_740_992))))
        #expect(!filter.matches(attributes))
    }

    @Test("A file without the attribute passes what asks for its absence alone")
    func absence() {
        #expect(holds("nothing", .notEqual(.integer(1))))
        #expect(holds("nothing", .noneOf([.integer(1)])))
        #expect(!holds("nothing", .equal(.integer(1))))
        #expect(!holds("nothing", .anyOf([.integer(1)])))
        #expect(!holds("nothing", .less(.integer(1))))
    }

    @Test("Conditions are joined")
    func compounds() {
        let good = AttributeFilter.comparison(.init(key: "year", test: .anyOf([.integer(1), .integer(2024)])))
        let bad = AttributeFilter.comparison(.init(key: "by", test: .noneOf([.string("Kim")])))
        #expect(AttributeFilter.and([good, .or([bad, good])]).matches(Self.attributes))
        #expect(!AttributeFilter.and([good, bad]).matches(Self.attributes))
        #expect(AttributeFilter.and([]).matches(Self.attributes))
        #expect(!AttributeFilter.or([]).matches(Self.attributes))
    }

    @Test("Attributes come back as they were stored")
    func storing() {
        #expect(Attributes(storedJSON: Self.attributes.jsonText) == Self.attributes)
        #expect(Self.attributes.jsonText == #"{"year":2024,"share":0.5,"by":"Kim","draft":false}"#)
    }
}
