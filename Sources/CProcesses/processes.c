#define _GNU_SOURCE

#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Signals as a program expects them, whatever this process ignores or holds back.
static void restore_signals(void) {
    // The C library keeps two signals to itself and would not set them back; zeros are the kernel's own SIG_DFL.
    unsigned long standard[4 + 16] = {0};
    for (int number = 1; number < _NSIG; number++) {
        syscall(SYS_rt_sigaction, number, standard, NULL, _NSIG / 8);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

struct detached {
    const char *path;
    char *const *arguments;
    char *const *variables;
    int null;
    int errors;
    const int *kept;
    int kept_count;
    // Written in the memory that a vforked child shares with its parent.
    volatile int error;
};

// Becomes the program, or tells why not.
static void __attribute__((noinline)) become_detached(struct detached *start) {
    // First above all numbers that are to be taken, so that none is overwritten before it is copied.
    int above[8];
    int room = 3 + start->kept_count;
    for (int i = 0; i < start->kept_count; i++) {
        above[i] = fcntl(start->kept[i], F_DUPFD_CLOEXEC, room);
        if (above[i] < 0) { goto failed; }
    }
    int errors = fcntl(start->errors, F_DUPFD_CLOEXEC, room);
    int null = fcntl(start->null, F_DUPFD_CLOEXEC, room);
    if (errors < 0 || null < 0) { goto failed; }
    if (dup2(null, 0) < 0 || dup2(errors, 1) < 0 || dup2(errors, 2) < 0) { goto failed; }
    for (int i = 0; i < start->kept_count; i++) {
        if (dup2(above[i], 3 + i) < 0) { goto failed; }
    }
    if (chdir("/") != 0) { goto failed; }
    restore_signals();
    execve(start->path, start->arguments, start->variables);
failed:
    start->error = errno;
}

static void __attribute__((noinline)) detach(struct detached *start) {
    if (setsid() < 0) {
        start->error = errno;
        return;
    }
    pid_t process = vfork();
    if (process == 0) {
        become_detached(start);
        _exit(127);
    }
    if (process < 0) { start->error = errno; }
}

int chidori_start_detached(
    const char *path, char *const *arguments, char *const *variables, int errors, const int *kept, int kept_count) {
    if (kept_count > 8) {
        errno = EINVAL;
        return -1;
    }
    struct detached start = {
        .path = path, .arguments = arguments, .variables = variables, .errors = errors, .kept = kept,
        .kept_count = kept_count,
    };
    start.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (start.null < 0) { return -1; }
    // A handler of this process must not run in a child that shares its memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t process = vfork();
    if (process == 0) {
        detach(&start);
        _exit(0);
    }
    int error = process < 0 ? errno : 0;
    if (process > 0) {
        while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
        error = start.error;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(start.null);
    if (error == 0) { return 0; }
    errno = error;
    return -1;
}

static void write_file(const char *path, int number) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) { return; }
    char text[16];
    int at = sizeof text;
    unsigned rest = number < 0 ? -(unsigned)number : (unsigned)number;
    do { text[--at] = (char)('0' + rest % 10); } while (rest /= 10);
    if (number < 0) { text[--at] = '-'; }
    ssize_t written = write(file, text + at, sizeof text - at);
    (void)written;
    close(file);
}

static _Noreturn void tell(int failure, enum chidori_step step) {
    int told[2] = {step, errno};
    ssize_t written = write(failure, told, sizeof told);
    (void)written;
    _exit(127);
}

static _Noreturn void become_driver(const struct chidori_driver *driver, int group_count) {
    // Held open here, the gate would never end.
    close(driver->gate_opener);
    setsid();
    int failure = driver->failure;
    for (int i = 0; i < group_count; i++) {
        if (write(driver->groups[i], "0", 1) != 1) { tell(failure, CHIDORI_STEP_GROUPS); }
    }
    write_file("/proc/self/oom_score_adj", driver->out_of_memory_score);
    struct rlimit limit = {0, 0};
    setrlimit(RLIMIT_CORE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = driver->open_files < limit.rlim_max ? driver->open_files : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (driver->has_user) {
        if (driver->accounts != NULL
            && (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
                || mount(driver->accounts, "/etc/passwd", NULL, MS_BIND, NULL) != 0)) {
            tell(failure, CHIDORI_STEP_ACCOUNTS);
        }
        if (setgroups(0, NULL) != 0 || setresgid(driver->group, driver->group, driver->group) != 0
            || setresuid(driver->user, driver->user, driver->user) != 0) {
            tell(failure, CHIDORI_STEP_USER);
        }
    }
    // What has become another user by a set-user-id program could not be ended any more.
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (chdir(driver->folder) != 0) { tell(failure, CHIDORI_STEP_FOLDER); }

    // Without the byte the driver's keeper is gone, and has recorded no start.
    char byte;
    ssize_t count;
    while ((count = read(driver->gate, &byte, 1)) < 0 && errno == EINTR) {}
    if (count != 1) { _exit(127); }

    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int lock = fcntl(driver->lock, F_DUPFD, 219);
    if (null < 0 || lock < 0 || dup2(null, 0) < 0 || dup2(driver->output, 1) < 0 || dup2(driver->output, 2) < 0) {
        tell(failure, CHIDORI_STEP_STREAMS);
    }
    restore_signals();
    execve(driver->path, driver->arguments, driver->variables);
    tell(failure, CHIDORI_STEP_PROGRAM);
}

int32_t chidori_start_driver(const struct chidori_driver *driver) {
    pid_t process = -1;
    if (driver->birthplace >= 0) {
        struct clone_args how = {
            .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)driver->birthplace,
        };
        process = (pid_t)syscall(SYS_clone3, &how, sizeof how);
        if (process == 0) { become_driver(driver, driver->group_count - 1); }
    }
    // A kernel before 5.7, or a filter that knows no clone3.
    if (process < 0) {
        process = fork();
        if (process == 0) { become_driver(driver, driver->group_count); }
    }
    return process;
}

bool chidori_can_unshare_mounts(void) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t process = vfork();
    if (process == 0) {
        // A new namespace, of which nothing is left once the child has ended.
        bool can = unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
            && mount("/etc/passwd", "/etc/passwd", NULL, MS_BIND, NULL) == 0;
        _exit(can ? 0 : 1);
    }
    int status = 1;
    if (process > 0) {
        while (waitpid(process, &status, 0) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return process > 0 && status == 0;
}

int chidori_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int chidori_close_from(int first) {
    if (syscall(SYS_close_range, first, ~0u, 0) == 0) { return 0; }
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) { return -1; }
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        int descriptor = atoi(entry->d_name);
        if (descriptor >= first && descriptor != dirfd(folder)) { close(descriptor); }
    }
    closedir(folder);
    return 0;
}

int chidori_signal_descriptor(const int *signals, int count) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (int i = 0; i < count; i++) { sigaddset(&wanted, signals[i]); }
    if (sigprocmask(SIG_BLOCK, &wanted, NULL) != 0) { return -1; }
    return signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

int chidori_next_signal(int descriptor) {
    struct signalfd_siginfo signal;
    ssize_t count = read(descriptor, &signal, sizeof signal);
    return count == sizeof signal ? (int)signal.ssi_signo : 0;
}

int chidori_process_descriptor(int32_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int chidori_signal_process(int descriptor, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0);
}

int chidori_lock_byte(int descriptor, int64_t byte) {
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(descriptor, F_OFD_SETLK, &lock);
}

int chidori_byte_is_locked(int descriptor, int64_t byte) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    if (fcntl(descriptor, F_OFD_GETLK, &lock) != 0) { return -1; }
    return lock.l_type != F_UNLCK;
}

int chidori_reserve(int descriptor, int64_t size) { return fallocate(descriptor, 0, 0, size); }
