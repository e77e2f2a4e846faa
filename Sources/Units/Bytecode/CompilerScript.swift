/// The program that a compiling interpreter runs.
///
/// It reads requests from standard input and answers them in order on standard output, until its input ends:
///
/// - request: two little-endian 32-bit lengths, the name that the code is to carry, and the source;
/// - answer: a little-endian 32-bit length, the eight bytes of `_imp.source_hash` (PEP 552), and the marshalled code;
///   the length counts both. 0 means that the source does not compile, on this machine or any other;
///   ``unsettled`` that memory or the stack did not suffice this time.
///
/// Told to do so, it works ``alone``: on a stack of a fixed size, whatever the machine allows, so that how deep a source
/// may be nested depends on the interpreter's build alone. Sources that were unsettled, or that an interpreter died
/// of, are compiled in that way again, each by an interpreter of its own.
///
/// The first four bytes of the output are ``ready``, so that an interpreter that cannot even start is told from one
/// that a source has broken.
enum CompilerScript {
    static let ready: [UInt8] = Array("pyc1".utf8)
    /// The length that stands for a source of which it is not known whether it compiles.
    static let unsettled = Int(UInt32.max)
    /// The argument that tells the program to work alone.
    static let alone = "alone"

    /// No site, no user site, no writing of bytecode, no warnings, and the hash seed from the environment.
    ///
    /// `-I` would be shorter, but it ignores the hash seed too. So that nothing is imported from the current folder,
    /// the program takes it off the path before it imports anything.
    static let arguments = ["-S", "-s", "-B", "-W", "ignore", "-c", program]

    private static let program = """
        import sys
        if sys.path and sys.path[0] == '':
            del sys.path[0]
        import gc, marshal, _imp, _frozen_importlib_external
        gc.disable()

        def suffices(room):
            try:
                bytearray(room)
            except MemoryError:
                return False
            return True

        def serve(alone):
            number = int.from_bytes
            key = number(_frozen_importlib_external.MAGIC_NUMBER, 'little')
            read = open(0, 'rb', buffering=1 << 18, closefd=False).read
            output = open(1, 'wb', buffering=1 << 18, closefd=False)
            write = output.write
            write(b'\(String(decoding: ready, as: UTF8.self))')
            output.flush()
            while True:
                head = read(8)
                if len(head) < 8:
                    return
                name = read(number(head[:4], 'little')).decode('utf-8')
                source = read(number(head[4:], 'little'))
                try:
                    code = marshal.dumps(compile(source, name, 'exec', 0, True))
                except (SyntaxError, ValueError, OverflowError, LookupError):
                    write(bytes(4))
                except RecursionError:
                    write(bytes(4) if alone else b'\\xff' * 4)
                except MemoryError:
                    # A parser whose own stack is full says so too, however much memory there is.
                    settled = alone and suffices((1 << 28) + (len(source) << 10))
                    write(bytes(4) if settled else b'\\xff' * 4)
                else:
                    write((8 + len(code)).to_bytes(4, 'little') + _imp.source_hash(key, source))
                    write(code)
                    code = None
                output.flush()

        def work(ended):
            global done
            try:
                serve(True)
                done = True
            finally:
                ended.release()

        if sys.argv[1:] == ['\(alone)']:
            import _thread
            done = False
            _thread.stack_size(1 << 26)
            ended = _thread.allocate_lock()
            ended.acquire()
            _thread.start_new_thread(work, (ended,))
            ended.acquire()
            if not done:
                sys.exit(1)
        else:
            serve(False)
        """
}
