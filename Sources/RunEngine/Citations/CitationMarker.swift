/// How a result of a search is named in a text: `【4:0†name】`, with the number of the search, the place of the result in
/// it, and the name of its file.
package struct CitationMarker: Sendable, Equatable {
    package var number: Int
    package var index: Int
    /// As it stands in the marker: what would end that early is taken out of the file's name.
    package private(set) var filename: String

    package init(number: Int, index: Int, filename: String) {
        self.number = number
        self.index = index
        self.filename = Self.name(of: filename)
    }

    /// The number of a thread's first search. OpenAI's first ones were about as high, as they counted messages too.
    static let firstNumber = 4

    /// The marker as it stands in a text.
    package var text: String { "【\(number):\(index)†\(filename)】" }

    private static func name(of filename: String) -> String {
        var name = String.UnicodeScalarView()
        for scalar in filename.unicodeScalars {
            switch scalar {
            case "【": name.append("[")
            case "】": name.append("]")
            case "†": name.append("+")
            default: name.append(scalar.isLineBreakOrControl ? " " : scalar)
            }
        }
        return String(name)
    }
}

extension Unicode.Scalar {
    /// What no marker has in it.
    var isLineBreakOrControl: Bool {
        value < 0x20 || value == 0x7F || value == 0x85 || value == 0x2028 || value == 0x2029
    }
}
