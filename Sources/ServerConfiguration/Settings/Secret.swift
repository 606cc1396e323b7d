/// A text that must not be shown: printing it or putting it into a string shows a mask.
package struct Secret: Sendable, Hashable {
    /// The text itself, for the one place that sends it.
    package let revealed: String

    package init(_ text: String) { revealed = text }

    /// At most the first three and the last four characters, and those only of a text long enough (16 characters)
    /// that they give little away.
    package var masked: String {
        guard revealed.count >= 16 else { return "***" }
        return "\(revealed.prefix(3))…\(revealed.suffix(4))"
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var debugDescription: String { masked }

    /// Without it `dump` would show the text.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
