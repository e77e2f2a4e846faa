/// The programs of `ENV/spark`. They are bash, as Spark's own are, and find the environment by their own place.
enum SparkScripts {
    /// `class-path.sh`, what the other two share.
    static let classPath = #"""
        # The class path of Spark's processes. Sourced by bin/spark-class and entrypoint; needs SPARK_HOME.

        # Sets `java`.
        find_java() {
            if [ -n "${JAVA_HOME:-}" ]; then
                java=$JAVA_HOME/bin/java
            elif ! java=$(command -v java); then
                echo "$SPARK_HOME: needs Java, which is not on the PATH" >&2
                echo "  try: install Java 17 (apt-get install openjdk-17-jre-headless), or set JAVA_HOME" >&2
                exit 127
            fi
        }

        # The jars of a folder by the bytes of their names, joined by colons. The JVM itself takes those of a `*` in
        # whatever order a disk lists them.
        jars_of() {
            local LC_ALL=C IFS=:
            local jars=("$1"/*.jar)
            [ ! -e "${jars[0]}" ] || printf '%s' "${jars[*]}"
        }

        # Spark's own jars. The launcher wants slf4j before whatever else may have a part of it.
        spark_jars() {
            local LC_ALL=C IFS=: jar first=() rest=()
            for jar in "$SPARK_HOME"/jars/*.jar; do
                case ${jar##*/} in
                    slf4j-api-*) first+=("$jar") ;;
                    *) rest+=("$jar") ;;
                esac
            done
            first+=("${rest[@]}")
            printf '%s' "${first[*]}"
        }

        # Whether a heap's size, as -Xmx takes it, is one whose pointers are larger than an archive's: Java 17 then passes
        # the archive over without a word.
        is_large() {
            local number=${1%%[!0-9]*}
            [ -n "$number" ] || return
            case $1 in
                *[tT]) number=$((number << 10)) ;;
                *[gG]) ;;
                *[mM]) number=$((number >> 10)) ;;
                *[kK]) number=$((number >> 20)) ;;
                *) number=$((number >> 30)) ;;
            esac
            [ "$number" -ge 32 ]
        }

        # Arranges a class path for a heap of the size $2: sets `class_path`, and `options` for the JVM.
        #
        # A class archive maps only where the class path begins with what it was made of: with Spark's jars. So they come
        # before folders of configuration then, but never before what somebody puts in front of them on purpose.
        arrange() {
            local IFS=: part parts jars archive=$SPARK_HOME/classes.jsa front=yes
            set -f
            parts=($1)
            set +f
            jars=$(spark_jars)
            class_path=
            options=()
            if [ -n "${CHIDORI_TRAINS_CLASS_ARCHIVE:-}" ]; then
                class_path=$jars
                options=("-XX:ArchiveClassesAtExit=$CHIDORI_TRAINS_CLASS_ARCHIVE" -Xlog:disable -Xlog:all=error:stderr)
                return
            fi
            [ -e "$archive" ] || archive=
            for part in "${parts[@]}"; do
                case $part in
                    "${SPARK_CONF_DIR%/}" | "${SPARK_CONF_DIR%/}/" | "${HADOOP_CONF_DIR:-/-}" | "${HADOOP_CONF_DIR:-/-}/") ;;
                    "$SPARK_HOME"/jars/*) break ;;
                    # Spark 4 names a folder of its distributions, which PySpark has not.
                    */\*) [ -z "$(jars_of "${part%/\*}")" ] || archive= ;;
                    *) archive= ;;
                esac
            done
            if [ -n "$archive" ] && is_large "$2"; then
                echo "$archive is left out: its pointers are too small for a heap of $2" >&2
                archive=
            fi
            if [ -n "$archive" ]; then
                # One that does not map is told on standard error, and the JVM goes on without.
                # What else is logged, and where, is the job's own choice.
                options=("-XX:SharedArchiveFile=$archive" "-Xlog:cds*=off,class+path*=off"
                    "-Xlog:cds*=warning,class+path*=warning:stderr")
                class_path=$jars
            fi
            for part in "${parts[@]}"; do
                case $part in
                    "$SPARK_HOME"/jars/*)
                        [ -z "$archive" ] && [ -n "$front" ] || continue
                        front=
                        part=$jars ;;
                    */\*) part=$(jars_of "${part%/\*}") ;;
                esac
                [ -z "$part" ] || class_path=$class_path${class_path:+:}$part
            done
        }

        """#

    /// `bin/spark-class`, which every script of Spark's ends in.
    static let sparkClass = #"""
        #!/usr/bin/env bash
        # Starts a class of Spark's, as Spark's own spark-class does: its launcher says the command, from arguments,
        # properties and variables. The class path is then put in an order that is the same everywhere.
        here=${BASH_SOURCE[0]%/*}
        SPARK_HOME=$(cd -- "$here/.." && pwd) || exit
        export SPARK_HOME
        . "$SPARK_HOME/bin/load-spark-env.sh"
        . "$SPARK_HOME/class-path.sh"
        find_java

        # First what is said to people, then a NUL, a line feed, and the words of the command, each with a NUL at its end.
        mapfile -d '' -t words < <(
            "$java" -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC ${SPARK_LAUNCHER_OPTS:-} \
                -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main "$@"
            printf '%d\0' $?
        )
        status=${words[-1]##*$'\n'}
        if [ "${#words[@]}" -lt 3 ] || [ "$status" != 0 ]; then
            said=${words[0]}
            [ "${#words[@]}" -gt 1 ] || said=${said%"$status"}
            printf '%s' "$said" >&2
            [ "${status:-0}" != 0 ] || status=1
            exit "$status"
        fi
        printf '%s' "${words[0]}"
        words=("${words[@]:1:${#words[@]}-2}")
        words[0]=${words[0]#$'\n'}

        heap=
        for word in "${words[@]}"; do
            case $word in
                -Xmx*) heap=${word#-Xmx} ;;
            esac
        done
        for ((i = 0; i < ${#words[@]}; i++)); do
            [ "${words[i]}" = -cp ] || continue
            arrange "${words[i + 1]}" "$heap"
            case " ${words[*]} " in
                *" -Xshare:"* | *" -XX:SharedArchiveFile="* | *" -XX:ArchiveClassesAtExit="*) options=() ;;
            esac
            exec "${words[@]:0:i}" "${options[@]}" -cp "$class_path" "${words[@]:i+2}"
        done
        exec "${words[@]}"

        """#

    /// `entrypoint`, what containers start with.
    static let entryPoint = #"""
        #!/usr/bin/env bash
        # Starts what a container of this environment is for: a driver or an executor, by the arguments and variables that
        # Spark gives them on Kubernetes, or any other program with its arguments.
        #
        #   entrypoint driver --properties-file FILE --class CLASS RESOURCE ARGUMENTS…
        #   entrypoint executor
        #   entrypoint PROGRAM ARGUMENTS…
        SPARK_HOME=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd) || exit
        export SPARK_HOME
        environment=${SPARK_HOME%/*}
        [ "${PATH%%:*}" = "$environment/bin" ] || PATH=$environment/bin:$PATH
        export PATH
        export PYSPARK_PYTHON=${PYSPARK_PYTHON:-$environment/bin/python}
        if [ -d "$environment/jars" ]; then
            case :${SPARK_DIST_CLASSPATH:-}: in
                *:"$environment/jars/*":*) ;;
                *) export SPARK_DIST_CLASSPATH="$environment/jars/*${SPARK_DIST_CLASSPATH:+:$SPARK_DIST_CLASSPATH}" ;;
            esac
        fi

        # A cluster may give a container any user id, and Hadoop asks for the user's name.
        name_user() {
            local user group place entry library=libnss_wrapper.so
            user=$(id -u)
            group=$(id -g)
            ! getent passwd "$user" >/dev/null || return 0
            entry="${SPARK_USER_NAME:-spark}:x:$user:$group::${HOME:-/}:/usr/sbin/nologin"
            if [ -w /etc/passwd ]; then
                echo "$entry" >>/etc/passwd
                return
            fi
            if place=$(mktemp -d 2>/dev/null) && { cat /etc/passwd; echo "$entry"; } >"$place/passwd"; then
                cp /etc/group "$place/group"
                if LD_PRELOAD=$library NSS_WRAPPER_PASSWD=$place/passwd NSS_WRAPPER_GROUP=$place/group \
                    getent passwd "$user" >/dev/null 2>&1; then
                    export LD_PRELOAD=$library${LD_PRELOAD:+:$LD_PRELOAD}
                    export NSS_WRAPPER_PASSWD=$place/passwd NSS_WRAPPER_GROUP=$place/group
                    return
                fi
            fi
            echo "entrypoint: the user id $user has no name here, which Hadoop asks for" >&2
            echo "  try: a base with libnss-wrapper and a /tmp that can be written to" >&2
        }

        # Spark puts files of a job (`--files`, `--py-files`, `--jars`) into the folder that a process starts in. Where
        # nobody has chosen one, that must not be the root.
        enter_work_folder() {
            local place
            [ "$PWD" = / ] || return 0
            for place in "${SPARK_LOCAL_DIRS%%,*}" /tmp; do
                if [ -w "$place" ] && place=$(mktemp -d "$place/work-XXXXXX" 2>/dev/null) && cd -- "$place"; then return; fi
            done
            echo "entrypoint: neither SPARK_LOCAL_DIRS nor /tmp can be written to, so a job's files have no place" >&2
            echo "  try: mount a volume at /tmp, or set the container's workingDir" >&2
        }

        # Zombies of other programs are the first process's own.
        start() {
            if [ $$ = 1 ] && command -v tini >/dev/null; then exec tini -s -- "$@"; fi
            exec "$@"
        }

        case ${1:-} in
            driver)
                shift
                name_user
                enter_work_folder
                address=()
                if [ -n "${SPARK_DRIVER_BIND_ADDRESS:-}" ]; then
                    address=(--conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS"
                        --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS")
                fi
                start "$SPARK_HOME/bin/spark-submit" "${address[@]}" --deploy-mode client "$@"
                ;;
            executor)
                for name in SPARK_DRIVER_URL SPARK_EXECUTOR_ID SPARK_EXECUTOR_CORES SPARK_EXECUTOR_MEMORY \
                    SPARK_APPLICATION_ID SPARK_EXECUTOR_POD_IP; do
                    [ -n "${!name:-}" ] && continue
                    echo "entrypoint: an executor needs the variable $name, which Spark's driver sets" >&2
                    exit 64
                done
                name_user
                enter_work_folder
                SPARK_CONF_DIR=${SPARK_CONF_DIR:-$SPARK_HOME/conf}
                . "$SPARK_HOME/class-path.sh"
                find_java
                given=()
                while IFS= read -r name; do
                    [ -z "$name" ] || given+=("${!name}")
                done < <(printf '%s\n' "${!SPARK_JAVA_OPT_@}" | sort -t _ -k 4n)
                front=$SPARK_CONF_DIR${HADOOP_CONF_DIR:+:$HADOOP_CONF_DIR}${SPARK_CLASSPATH:+:$SPARK_CLASSPATH}
                arrange "$front:$SPARK_HOME/jars/*${SPARK_EXTRA_CLASSPATH:+:$SPARK_EXTRA_CLASSPATH}:$PWD${SPARK_DIST_CLASSPATH:+:$SPARK_DIST_CLASSPATH}" \
                    "$SPARK_EXECUTOR_MEMORY"
                start "$java" "${options[@]}" "${given[@]}" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
                    -cp "$class_path" org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
                    --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" \
                    --cores "$SPARK_EXECUTOR_CORES" --app-id "$SPARK_APPLICATION_ID" \
                    --hostname "$SPARK_EXECUTOR_POD_IP" --resourceProfileId "${SPARK_RESOURCE_PROFILE_ID:-0}" \
                    --podName "${SPARK_EXECUTOR_POD_NAME:-$HOSTNAME}"
                ;;
            '') start bash ;;
            *) start "$@" ;;
        esac

        """#

    /// `decommission`, what Kubernetes runs before it takes an executor away that Spark decommissions.
    static let decommission = #"""
        #!/usr/bin/env bash
        # Tells the container's executor that it is to go, and waits until it has: it hands its blocks over and ends by
        # itself (`spark.decommission.enabled`). Spark calls this /opt/decom.sh (`spark.kubernetes.decommission.script`).
        is_executor() {
            local words=() class=org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend
            { mapfile -d '' -t words <"$1/cmdline"; } 2>/dev/null
            # The JVM itself, and not what has started it, to which the signal may mean something else.
            [ "${words[0]##*/}" = java ] || return
            case " ${words[*]} " in
                *" $class "*) ;;
                *) return 1 ;;
            esac
        }
        for process in /proc/[0-9]*; do
            is_executor "$process" || continue
            kill -s PWR "${process#/proc/}" || exit
            while is_executor "$process"; do sleep 0.5; done
            exit 0
        done
        echo "decommission: there is no executor here" >&2
        exit 1

        """#
}
