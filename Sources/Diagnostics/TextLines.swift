extension StringProtocol {
    /// The lines of a text file, empty ones too, whether they end in LF, CRLF or CR.
    ///
    /// `split(separator: "\n")` leaves lines that end in CRLF together: to Swift that is one `Character`, and another one.
    public var textLines: [SubSequence] {
        split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    }
}
