internal import SystemPackage

writeAll("chidori\n", to: .standardOutput)
