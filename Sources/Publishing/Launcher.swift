internal import PythonPackaging

/// The program `bin/python` of a tree that does not know where its interpreter is.
///
/// It finds a Python of the tree's version outside of the tree and starts it under its own name, so that Python finds
/// `pyvenv.cfg` beside it and takes the tree for its prefix (PEP 405). A shell cannot start a program under another
/// name; bash can, and where there is none Python itself does.
enum Launcher {
    static func script(python: PythonVersion) -> String {
        """
        #!/bin/sh
        # Starts a Python \(python) of this machine in the environment that this file belongs to.
        self=$(realpath -- "$0") || exit 127
        bin=${self%/*}
        find_python() {
            if [ -n "${CHIDORI_PYTHON:-}" ]; then
                printf '%s' "$CHIDORI_PYTHON"
                return
            fi
            IFS=:
            for folder in $PATH /usr/local/bin /usr/bin; do
                [ -x "$folder/python\(python)" ] && [ "$(realpath -- "$folder")" != "$bin" ] || continue
                # A script in its place (pyenv's shims) would start Python under a name of its own choice.
                [ "$(head -c 2 "$folder/python\(python)")" != '#!' ] || continue
                printf '%s' "$folder/python\(python)"
                return
            done
        }
        python=$(find_python)
        if [ -z "$python" ]; then
            echo "$bin/python: needs Python \(python), which is not on the PATH" >&2
            echo "  try: install it, or set CHIDORI_PYTHON to its path" >&2
            exit 127
        fi
        if command -v bash > /dev/null; then
            exec bash -c 'exec -a "$0" "$@"' "$bin/python" "$python" "$@"
        fi
        exec "$python" -S -E -s -c 'import os, sys; os.execv(sys.argv[1], sys.argv[2:])' "$python" "$bin/python" "$@"

        """
    }
}
