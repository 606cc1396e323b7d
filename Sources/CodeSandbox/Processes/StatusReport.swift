/// What bubblewrap tells of the program that it runs: lines of JSON with numbers, written by bubblewrap alone, as
/// nothing in the sandbox has the descriptor.
struct StatusReport {
    /// The first process of the sandbox, by its number outside; with it everything in the sandbox ends.
    private(set) var firstProcess: Int32?
    /// Nil as long as the program runs, and where it never began.
    private(set) var exitCode: Int32?
    private var text = ""

    mutating func add(_ bytes: [UInt8]) {
        guard text.utf8.count < 4096 else { return }
        text += String(decoding: bytes, as: UTF8.self)
        firstProcess = firstProcess ?? number(after: "\"child-pid\": ")
        exitCode = exitCode ?? number(after: "\"exit-code\": ")
    }

    /// Only with what follows it: a number may come in two parts.
    private func number(after key: String) -> Int32? {
        guard let place = text.firstRange(of: key) else { return nil }
        let digits = text[place.upperBound...].prefix { $0.isASCII && $0.isNumber }
        return digits.endIndex == text.endIndex ? nil : Int32(digits)
    }
}
