/// Where a job stands among those that came before and after it: its run, and its position in that.
struct JobPlace: Hashable, Sendable {
    var run: Int64
    var position: Int

    init(number: Int64) {
        run = number >> 10
        position = Int(number & 1023)
    }

    init(run: Int64, position: Int) {
        self.run = run
        self.position = position
    }

    var number: Int64 { run << 10 | Int64(position) }
}
