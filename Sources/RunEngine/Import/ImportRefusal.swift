/// Why an object of a dump is not taken.
struct ImportRefusal: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
