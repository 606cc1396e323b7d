import Foundation

/// The system's numbers of errors, in words.
enum SystemError {
    static func text(_ number: Int32) -> String { String(cString: strerror(number)) }
}
