import Glibc
import Supervision
import SystemPackage

// What can be tried only in a process of its own: `SupervisionProbe driver-shim FOLDER`, as `chidori` does it, and
// `SupervisionProbe ACTION FOLDER …`.

let words = CommandLine.arguments
guard words.count >= 3 else { exit(64) }
let folder = AttemptFolder(FilePath(words[2]))

switch words[1] {
case "driver-shim":
    exit(Shim.run(folder: words[2]))
case "launch":
    // Starts the rest as a driver, tells that on standard output, and goes on for long.
    do {
        _ = try folder.make()
        let order = LaunchOrder(name: "probe-\(getpid())", command: Array(words.dropFirst(3)), folder: "/")
        let start = try Launcher(words: ["SupervisionProbe", "driver-shim"]).launch(order, in: folder)
        print(start.process.process)
        fflush(nil)
        sleep(60)
    } catch {
        print("\(error)")
        exit(1)
    }
case "measure":
    // Starts the rest so many times, one after the other, and prints the milliseconds that each start took.
    let count = Int(words[3]) ?? 1
    for number in 0..<count {
        let folder = AttemptFolder(folder.path.appending("\(number)"))
        let clock = ContinuousClock()
        let time = try clock.measure {
            _ = try folder.make()
            var order = LaunchOrder(
                name: "probe-\(getpid())-\(number)", command: Array(words.dropFirst(4)), folder: "/")
            order.groups = .find()
            order.limits = ProcessLimits(memory: 1 << 30, processor: 1000)
            _ = try Launcher(words: ["SupervisionProbe", "driver-shim"]).launch(order, in: folder)
        }
        print(Double(time.components.attoseconds) / 1e15)
    }
default:
    exit(64)
}
