/// `bin/activate`, for people who work in a shell; programs need none of it. It finds the tree by its own place.
enum Activation {
    static let script = """
        # Puts the programs of this environment first in a shell: `. ENV/bin/activate`, and `deactivate` to leave.
        # Made for bash and zsh; works wherever the environment lies.
        if [ -n "${BASH_VERSION:-}" ]; then
            _chidori_here=$BASH_SOURCE
        elif [ -n "${ZSH_VERSION:-}" ]; then
            eval '_chidori_here=${(%):-%x}'
        else
            echo 'this shell does not tell where a sourced file lies; put ENV/bin on the PATH instead' >&2
            return 1
        fi
        case $_chidori_here in
            */*) _chidori_here=${_chidori_here%/*} ;;
            *) _chidori_here=. ;;
        esac
        deactivate() {
            PATH=$_chidori_path
            PS1=$_chidori_prompt
            if [ "${SPARK_HOME:-}" = "$VIRTUAL_ENV/spark" ]; then
                unset SPARK_HOME PYSPARK_PYTHON
            fi
            case ${SPARK_DIST_CLASSPATH:-} in
                "$VIRTUAL_ENV/jars/*") unset SPARK_DIST_CLASSPATH ;;
                "$VIRTUAL_ENV/jars/*:"*) SPARK_DIST_CLASSPATH=${SPARK_DIST_CLASSPATH#"$VIRTUAL_ENV/jars/*:"} ;;
            esac
            unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT _chidori_path _chidori_prompt
            unset -f deactivate
            hash -r 2> /dev/null
        }
        VIRTUAL_ENV=$(cd -- "$_chidori_here/.." > /dev/null && pwd) || return 1
        unset _chidori_here
        VIRTUAL_ENV_PROMPT=${VIRTUAL_ENV##*/}
        _chidori_path=$PATH
        _chidori_prompt=${PS1:-}
        PATH=$VIRTUAL_ENV/bin:$PATH
        PS1="($VIRTUAL_ENV_PROMPT) ${PS1:-}"
        export VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH
        unset PYTHONHOME
        if [ -d "$VIRTUAL_ENV/spark" ]; then
            export SPARK_HOME="$VIRTUAL_ENV/spark" PYSPARK_PYTHON="$VIRTUAL_ENV/bin/python"
            if [ -d "$VIRTUAL_ENV/jars" ]; then
                export SPARK_DIST_CLASSPATH="$VIRTUAL_ENV/jars/*${SPARK_DIST_CLASSPATH:+:$SPARK_DIST_CLASSPATH}"
            fi
        fi
        hash -r 2> /dev/null

        """
}
