/// The bytecode of a base's standard library.
///
/// Packages compile it when they are installed, with the times of files in it and in an order that decides its bytes.
/// A container's root is often read-only, so without any bytecode each start would compile hundreds of modules. So it is
/// made anew: PEP 552 files that are not checked against their sources, each by a process of its own, since what one
/// process has compiled before shows in what it writes next.
enum StandardLibrary {
    static let compileScript = """
        import importlib._bootstrap_external as external, importlib.util, marshal, os, sys, sysconfig, traceback

        for folder, folders, files in os.walk("/usr"):
            if os.path.basename(folder) == "__pycache__":
                for name in files:
                    os.unlink(os.path.join(folder, name))
                os.rmdir(folder)
                folders.clear()
            folders[:] = [name for name in folders if not os.path.islink(os.path.join(folder, name))]

        def compile_file(path):
            with open(path, "rb") as file:
                source = file.read()
            try:
                code = compile(source, path, "exec", dont_inherit=True, optimize=0)
            except SyntaxError:
                return
            target = importlib.util.cache_from_source(path)
            os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
            with open(target, "xb") as file:
                file.write(external._code_to_hash_pyc(code, importlib.util.source_hash(source), False))
            os.chmod(target, 0o644)

        os.umask(0o022)
        for folder, folders, files in os.walk(sysconfig.get_path("stdlib")):
            folders[:] = sorted(set(folders) - {"test", "tests", "lib2to3", "pydoc_data", "dist-packages", "site-packages"})
            for name in sorted(files):
                if not name.endswith(".py") or not os.path.isfile(os.path.join(folder, name)):
                    continue
                child = os.fork()
                if child == 0:
                    status = 1
                    try:
                        compile_file(os.path.join(folder, name))
                        status = 0
                    except BaseException:
                        traceback.print_exc()
                    finally:
                        os._exit(status)
                if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
                    sys.exit("cannot compile " + os.path.join(folder, name))
        """
}
