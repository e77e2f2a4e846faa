import Foundation

let ownProcess = ProcessInfo.processInfo.processIdentifier

func spin() {
    usleep(10_000)
}
