/// Makes ids in OpenAI's form: a prefix and 24 of `[A-Za-z0-9]`.
///
/// The first eight characters are the time in milliseconds, in base 62 with digits that sort as ASCII does. Ids made
/// one after the other are therefore neighbours in an index, which keeps the insertion into a table of millions as
/// cheap as into an empty one. The sixteen others are random (95 bits).
package struct IDGenerator: Sendable {
    private let makeSuffix: @Sendable () -> String

    package init(clock: WallClock) {
        makeSuffix = { Self.suffix(milliseconds: clock.milliseconds()) }
    }

    /// A generator with given suffixes, for tests.
    package init(suffix: @escaping @Sendable () -> String) { makeSuffix = suffix }

    package func next<Resource: IdentifiedResource>(_ resource: Resource.Type = Resource.self) -> Identifier<Resource> {
        Identifier(Resource.idPrefix + makeSuffix())
    }

    private static func suffix(milliseconds: Int) -> String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            var time = UInt64(max(0, milliseconds))
            for index in (0..<8).reversed() {
                buffer[index] = digit(time % 62)
                time /= 62
            }
            var (first, second) = RandomWords.pair()
            for index in 8..<16 {
                buffer[index] = digit(first % 62)
                first /= 62
            }
            for index in 16..<24 {
                buffer[index] = digit(second % 62)
                second /= 62
            }
            return 24
        }
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        switch value {
        case 0..<10: UInt8(ascii: "0") + UInt8(value)
        case 10..<36: UInt8(ascii: "A") + UInt8(value - 10)
        default: UInt8(ascii: "a") + UInt8(value - 36)
        }
    }
}
