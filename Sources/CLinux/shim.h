// Linux calls that glibc declares for C with _GNU_SOURCE alone.
#ifndef CHIDORI_CLINUX_H
#define CHIDORI_CLINUX_H

#include <sys/syscall.h>
#include <unistd.h>

// renameat2(2) with RENAME_EXCHANGE: two paths change places in one step.
static inline int chidori_rename_exchange(const char *a, const char *b) {
    return (int)syscall(SYS_renameat2, -100, a, -100, b, 1u << 1);
}

// syncfs(2): everything of the file system that a descriptor lies on.
static inline int chidori_syncfs(int descriptor) {
    return (int)syscall(SYS_syncfs, descriptor);
}

#endif
