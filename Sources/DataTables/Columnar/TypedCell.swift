/// A cell as its column stores it, and what there is to say of it.
struct TypedCell {
    var value: StoredValue
    /// Whether it is not of the column's kind and stays as it was written.
    var isException: Bool
    /// Whether it was too long and was cut.
    var isCut: Bool
    /// The point in time that it is.
    var moment: Moment?

    init(_ value: StoredValue, isException: Bool = false, isCut: Bool = false, moment: Moment? = nil) {
        self.value = value
        self.isException = isException
        self.isCut = isCut
        self.moment = moment
    }
}
