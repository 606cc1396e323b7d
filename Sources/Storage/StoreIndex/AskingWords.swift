/// Words that make a question of what is asked for, and say nothing about that.
///
/// In texts of one language most are in so many chunks that they count next to nothing; where questions and texts are few,
/// or texts of another language, they would count as much as rare words do.
enum AskingWords {
    /// What such a word counts beside another one.
    static let weight = 0.1

    static func contains(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        word.count <= longest && english.contains(String(decoding: word, as: UTF8.self))
    }

    /// How many syllables at the end of a Korean word, maybe all of them, ask: those of `인가요` in `한도인가요`.
    static func tail(of word: [UInt32]) -> Int {
        for length in stride(from: min(word.count, longestTail), to: 0, by: -1) {
            let end = word.suffix(length)
            if tails.contains(Array(end)) || length == word.count && wholes.contains(Array(end)) { return length }
        }
        return 0
    }

    private static let english = Set(
        """
        a about an and any are as at be been but by can could did do does explain for from had has have how i if in into is \
        it its may me my not of on or our please shall should show so tell than that the their them then there these they \
        this those to us was we were what when where which who whom whose why will with would you your
        """.split(separator: " ").map(String.init)
    )

    private static let longest = english.reduce(0) { max($0, $1.utf8.count) }

    /// Of words that may be written together with the one before.
    private static let tails = syllables(
        """
        어떻게하나요 어떻게되나요 어떻게해야하나요 어떻게합니까 어떻게 무엇인가요 무엇입니까 무엇인지 무엇이며 뭔가요 뭐예요 \
        얼마인가요 얼마입니까 얼마나되나요 얼마나 언제인가요 언제까지인가요 어디인가요 누구인가요 며칠인가요 몇인가요 인가요 한가요 \
        나요 하나요 되나요 있나요 없나요 할까요 될까요 있을까요 인지요 합니까 됩니까 입니까 습니까 있습니까 하려면 되려면 \
        알려주세요 알려줘 알려주십시오 설명해주세요 설명해줘 해주세요 주세요 싶습니다 싶어요 싶은데요 수있나요 수있습니까 수있을까요
        """
    )

    private static let wholes = syllables(
        """
        무엇 무엇을 무엇이 무엇은 무슨 어떤 어느 언제 언제까지 어디 어디서 어디에 어디에서 누가 누구 누구에게 왜 얼마 몇 \
        수 것 것은 것이 것을 및 또는 그리고 때 할 한 하는 하고 하면 해야 하기 되는 되면 있는 있는지 없는 대한 대해 대해서 관한 관해 \
        위해 위한 따라 경우 경우에 알려 설명해 우리 저는 제가 좀
        """
    )

    private static let longestTail = tails.reduce(0) { max($0, $1.count) }

    private static func syllables(_ words: String) -> Set<[UInt32]> {
        Set(words.split(whereSeparator: \.isWhitespace).map { $0.unicodeScalars.map(\.value) })
    }
}
