/// Another program listens where this one is to listen.
struct AddressInUse: Error, CustomStringConvertible {
    let host: String
    let port: Int

    var description: String {
        "another program listens on \(host):\(port); stop it, or choose another port with PORT"
    }
}
