/* Makes the n-th call of a kind fail, or all writes beyond a number of bytes: loaded before the C library
 * (LD_PRELOAD). FAULT_NTH, FAULT_ERRNO, FAULT_BYTES say what, FAULT_CALL
 * which alone (its name in C), FAULT_NTH -1 each; FAULT_LOG is written to when it has struck. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long nth, count, bytes = -1, written;
static int error, on;
static const char *log_path, *only;

__attribute__((constructor)) static void begin(void) {
    const char *value = getenv("FAULT_NTH");
    if (value) nth = atol(value);
    if ((value = getenv("FAULT_BYTES"))) bytes = atol(value);
    if ((value = getenv("FAULT_ERRNO"))) error = atoi(value);
    if ((only = getenv("FAULT_CALL"))) only = strdup(only);
    log_path = getenv("FAULT_LOG");
    if (log_path) log_path = strdup(log_path);
    /* What we start is not ours to break. */
    unsetenv("LD_PRELOAD");
    on = 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int strikes(const char *call) {
    if (!on || (only && strcmp(only, call) != 0) || nth == 0 || (nth > 0 && ++count != nth)) return 0;
    if (log_path) {
        int log = REAL(open)(log_path, O_WRONLY | O_CREAT, 0666);
        if (log >= 0) close(log);
    }
    errno = error;
    return 1;
}

static int is_full(int fd, size_t size) {
    struct stat stat;
    if (!on || bytes < 0 || fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) return 0;
    written += size;
    if (written <= bytes) return 0;
    if (log_path) {
        int log = REAL(open)(log_path, O_WRONLY | O_CREAT, 0666);
        if (log >= 0) close(log);
    }
    errno = ENOSPC;
    return 1;
}

#define FAIL(condition) if (condition) return -1
ssize_t write(int fd, const void *data, size_t size) {
    FAIL(fd > 2 && (strikes(__func__) || is_full(fd, size)));
    return REAL(write)(fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    FAIL(strikes(__func__) || is_full(fd, size));
    return REAL(pwrite64)(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int parts_count) {
    FAIL(fd > 2 && strikes(__func__));
    return REAL(writev)(fd, parts, parts_count);
}
/* Says what is wrong by its answer; only where it is named, for it is no call of a write. */
int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *with) {
    if (only && strcmp(only, __func__) == 0) return error;
    return REAL(pthread_create)(thread, how, run, with);
}
int fsync(int fd) { FAIL(strikes(__func__)); return REAL(fsync)(fd); }
int fdatasync(int fd) { FAIL(strikes(__func__)); return REAL(fdatasync)(fd); }
int rename(const char *from, const char *to) { FAIL(strikes(__func__)); return REAL(rename)(from, to); }
int renameat(int a, const char *from, int b, const char *to) { FAIL(strikes(__func__)); return REAL(renameat)(a, from, b, to); }
int link(const char *from, const char *to) { FAIL(strikes(__func__)); return REAL(link)(from, to); }
int linkat(int a, const char *from, int b, const char *to, int flags) { FAIL(strikes(__func__)); return REAL(linkat)(a, from, b, to, flags); }
int unlink(const char *path) { FAIL(strikes(__func__)); return REAL(unlink)(path); }
int unlinkat(int at, const char *path, int flags) { FAIL(strikes(__func__)); return REAL(unlinkat)(at, path, flags); }
int mkdir(const char *path, mode_t mode) { FAIL(strikes(__func__)); return REAL(mkdir)(path, mode); }
int mkdirat(int at, const char *path, mode_t mode) { FAIL(strikes(__func__)); return REAL(mkdirat)(at, path, mode); }
int ftruncate64(int fd, off64_t size) { FAIL(strikes(__func__)); return REAL(ftruncate64)(fd, size); }

#define OPEN(name, ...)                                   \
    mode_t mode = 0;                                      \
    if (flags & (O_CREAT | O_TMPFILE)) {                  \
        va_list more;                                     \
        va_start(more, flags);                            \
        mode = va_arg(more, mode_t);                      \
        va_end(more);                                     \
    }                                                     \
    FAIL((flags & O_ACCMODE) != O_RDONLY && strikes(__func__));   \
    return REAL(name)(__VA_ARGS__, flags, mode)
int open(const char *path, int flags, ...) { OPEN(open, path); }
int open64(const char *path, int flags, ...) { OPEN(open64, path); }
int openat(int at, const char *path, int flags, ...) { OPEN(openat, at, path); }
int openat64(int at, const char *path, int flags, ...) { OPEN(openat64, at, path); }
