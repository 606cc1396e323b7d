import AssistantsAPI

/// The function calls of an answer, put together from the fragments in which backends send them.
///
/// A call is announced once its name is known; what came of its arguments before is held back until then.
struct ToolCallAssembly {
    private struct Call {
        /// The backend's id; ours is made up when it gives none.
        var id: String?
        var name = ""
        var arguments = ""
        /// The call's number in the answer once it is announced.
        var index: Int?
    }

    private var calls: [Call] = []
    /// The latest call at each of the backend's own numbers.
    private var slots: [Int: Int] = [:]
    private var announced = 0

    var isEmpty: Bool { calls.isEmpty }

    /// A piece of a call in a Chat Completions chunk.
    struct Fragment {
        var index: Int?
        var id: String?
        var name: String?
        var arguments = ""
    }

    /// Takes a fragment; `position` is its place among the fragments of its chunk, for servers that do not number.
    mutating func receive(_ fragment: Fragment, position: Int, emit: (ChatEvent) -> Void) {
        let slot = fragment.index ?? position
        let call: Int
        if let known = slots[slot], !begins(fragment, after: calls[known]) {
            call = known
        } else {
            call = open()
            slots[slot] = call
        }
        describe(call, id: fragment.id, name: fragment.name, emit: emit)
        append(fragment.arguments, to: call, emit: emit)
    }

    /// Whether the fragment is the start of another call than the one that has its number (some servers number every
    /// call 0, some none).
    private func begins(_ fragment: Fragment, after call: Call) -> Bool {
        guard let name = fragment.name, !name.isEmpty else { return false }
        if let id = fragment.id, !id.isEmpty { return call.id != nil ? call.id != id : isWhole(call) }
        guard fragment.index == nil, !call.name.isEmpty else { return false }
        return call.name != name || isWhole(call)
    }

    private func isWhole(_ call: Call) -> Bool {
        !call.name.isEmpty && (try? JSONValue(parsing: call.arguments)) != nil
    }

    /// Begins a call and returns its place.
    mutating func open() -> Int {
        calls.append(Call())
        return calls.count - 1
    }

    mutating func describe(_ call: Int, id: String?, name: String?, emit: (ChatEvent) -> Void) {
        if calls[call].id == nil, let id, !id.isEmpty { calls[call].id = id }
        guard calls[call].name.isEmpty, let name, !name.isEmpty else { return }
        calls[call].name = name
        calls[call].index = announced
        let id = calls[call].id ?? Self.makeID()
        emit(.toolCallStarted(index: announced, id: id, name: name))
        announced += 1
        if !calls[call].arguments.isEmpty {
            emit(.toolCallArguments(index: announced - 1, calls[call].arguments))
        }
    }

    mutating func append(_ arguments: String, to call: Int, emit: (ChatEvent) -> Void) {
        guard !arguments.isEmpty else { return }
        calls[call].arguments += arguments
        if let index = calls[call].index { emit(.toolCallArguments(index: index, arguments)) }
    }

    /// Takes a call's arguments as a whole and hands over what of them did not come piece by piece.
    mutating func complete(_ arguments: String, of call: Int, emit: (ChatEvent) -> Void) {
        let known = calls[call].arguments
        guard arguments.utf8.count > known.utf8.count, arguments.utf8.starts(with: known.utf8) else { return }
        append(String(Substring(arguments.utf8.dropFirst(known.utf8.count))), to: call, emit: emit)
    }

    /// Whether every call can be carried out: an answer that was cut may end within one.
    var isExecutable: Bool {
        calls.allSatisfy { !$0.name.isEmpty && ($0.arguments.isEmpty || isWhole($0)) }
    }

    var hasNamelessCall: Bool { calls.contains { $0.name.isEmpty } }

    private static func makeID() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        return "call_" + String((0..<24).compactMap { _ in letters.randomElement() })
    }
}
