// Starting processes that outlive this one, and keeping hold of what they start: what Linux has only for C.
//
// Swift has no fork, glibc's posix_spawn has no second one, and variadic calls (prctl, fcntl's locks, syscall) are not
// in the module that Swift sees. Every function returns -1 and sets errno where it fails.

#ifndef CHIDORI_PROCESSES_H
#define CHIDORI_PROCESSES_H

// No header of the system that defines structures: Swift would think them defined here.
#include <stdbool.h>
#include <stdint.h>

// Starts a program that is nobody's child: in a session of its own, its parent gone before this returns.
//
// Descriptor 0 is /dev/null, 1 and 2 are `errors`, and `kept[i]` becomes 3 + i; all others close if they are to close on
// exec. It begins in the folder "/", with no signal held back or ignored. No page of this process is copied, however
// large it is (vfork(2)).
int chidori_start_detached(
    const char *path, char *const *arguments, char *const *variables, int errors, const int *kept, int kept_count);

// What a driver is started with.
struct chidori_driver {
    const char *path;
    char *const *arguments;
    char *const *variables;
    const char *folder;
    // Standard output and standard error.
    int output;
    // Stays open in the driver, under a number of its own: 219.
    int lock;
    // The driver waits here for one byte, and ends if there comes none.
    int gate;
    // The gate's other end.
    int gate_opener;
    // Where it tells why it could not become the program: an int for the step (enum below), an int for errno.
    int failure;
    // Open files `cgroup.procs` of the groups that it joins.
    const int *groups;
    int group_count;
    // The open folder of the last of them, where that is one of the unified hierarchy: the driver is then born there,
    // which takes the kernel far less than a move (clone3(2), CLONE_INTO_CGROUP). Otherwise -1.
    int birthplace;
    // Whether it has a user of its own.
    bool has_user;
    uint32_t user;
    uint32_t group;
    // Taken for /etc/passwd in a mount namespace of its own; NULL for none.
    const char *accounts;
    // How soon the kernel ends it where the machine runs out of memory: -1000 to 1000.
    int out_of_memory_score;
    // Files that it may have open.
    uint64_t open_files;
};

enum chidori_step {
    CHIDORI_STEP_GROUPS = 1,
    CHIDORI_STEP_ACCOUNTS,
    CHIDORI_STEP_USER,
    CHIDORI_STEP_FOLDER,
    CHIDORI_STEP_STREAMS,
    CHIDORI_STEP_PROGRAM,
};

// Forks, and becomes the driver in a session of its own. Returns its process id. For processes with one thread.
int32_t chidori_start_driver(const struct chidori_driver *driver);

// Whether this process may have a mount namespace of its own. Tried in a child.
bool chidori_can_unshare_mounts(void);

// Orphans of this process's descendants become its children (prctl(2), PR_SET_CHILD_SUBREAPER).
int chidori_adopt_orphans(void);

// Closes every descriptor from `first` on.
int chidori_close_from(int first);

// A descriptor that tells of these signals, which are held back otherwise (signalfd(2)). It does not block.
int chidori_signal_descriptor(const int *signals, int count);

// The next signal's number from such a descriptor; 0 for none.
int chidori_next_signal(int descriptor);

// A descriptor that means one process, whoever has its number later (pidfd_open(2)).
int chidori_process_descriptor(int32_t process);
int chidori_signal_process(int descriptor, int signal);

// Takes a shared lock of one byte that belongs to the open file, and so to all who inherit it (F_OFD_SETLK).
int chidori_lock_byte(int descriptor, int64_t byte);

// Whether anybody holds a lock of that byte through another open file (F_OFD_GETLK): 1, 0, or -1.
int chidori_byte_is_locked(int descriptor, int64_t byte);

// Gives a file its room on the disk beforehand (fallocate(2)).
int chidori_reserve(int descriptor, int64_t size);

#endif
