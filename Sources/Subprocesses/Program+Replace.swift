internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension Program {
    /// Becomes the program: this process ends and the program goes on in its place, with its process id, terminal, open
    /// standard streams and whatever else was left open on purpose.
    ///
    /// - Throws: ``SubprocessError`` where it cannot be started; this process then goes on.
    public func replaceThisProcess() throws -> Never {
        let path = try located()
        if let folder, chdir(folder.string) != 0 {
            throw SubprocessError(
                .cannotStart, self, "cannot be started in \(folder): \(Errno(rawValue: errno))",
                advice: "check that the folder is there and may be entered")
        }
        // What is ignored here would be ignored there, and a program expects to end when its reader has gone.
        signal(SIGPIPE, SIG_DFL)
        OpenFiles.restoreLimit()
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)

        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        let envp = variables.map { strdup($0) } + [nil]
        defer { for word in argv + envp { free(word) } }
        execve(path.string, argv, envp)
        let error = Errno(rawValue: errno)
        throw SubprocessError(
            .cannotStart, self, "cannot be started: \(error)",
            advice: error == .noSuchFileOrDirectory ? "the interpreter that its first line names is missing" : nil)
    }
}
