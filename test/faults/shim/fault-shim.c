/*
 * Loaded before a program under test (LD_PRELOAD): one of its calls on one folder goes wrong.
 *
 *   HEADGATE_FAULT_UNDER    the folder; calls on other files are left alone
 *   HEADGATE_FAULT_CALLS    which kinds count, with commas: sync,write,truncate,rename,unlink,open,read,map,lock
 *   HEADGATE_FAULT_AT       the how-manieth of them is meant, from 1; 0 only writes them down
 *   HEADGATE_FAULT_DO       error:ERRNO, signal:NUMBER, tear (half of a write, then SIGKILL), short (half of a write), step:SECONDS
 *   HEADGATE_FAULT_ONWARDS  set: all later ones fail as well
 *   HEADGATE_FAULT_LOG      where calls are written down: all of them at 0, else those that were struck
 *
 * A line of the log: number, kind, nanoseconds of the monotonic clock, path below the folder. `step` moves the wall clock
 * from that call on, never the monotonic one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum deed { LIST, FAIL, SIGNAL, TEAR, SHORT, STEP };
enum verdict { GO_ON, REFUSE, HALF };

static const char *under, *kinds;
static size_t under_length;
static enum deed deed = LIST;
static long at, amount, seen;
static int is_on, is_onwards, log_fd = -1;
static volatile long clock_step;

/* The function of this name that would have been called without us. */
#define NEXT(name) static __typeof__(&name) next; if (next == NULL) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static void read_deed(const char *text) {
  if (strncmp(text, "error:", 6) == 0) deed = FAIL, amount = atol(text + 6);
  else if (strncmp(text, "step:", 5) == 0) deed = STEP, amount = atol(text + 5);
  else if (strncmp(text, "signal:", 7) == 0) deed = SIGNAL, amount = atol(text + 7);
  else if (strcmp(text, "tear") == 0) deed = TEAR;
  else if (strcmp(text, "short") == 0) deed = SHORT;
  else abort();
}

static int open_log(const char *path) {
  NEXT(open);
  return next(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

__attribute__((constructor)) static void begin(void) {
  under = getenv("HEADGATE_FAULT_UNDER");
  kinds = getenv("HEADGATE_FAULT_CALLS");
  /* Not in the shell that starts the program. */
  if (under == NULL || kinds == NULL || strcmp(program_invocation_short_name, "node") != 0) return;
  under_length = strlen(under);
  const char *number = getenv("HEADGATE_FAULT_AT"), *what = getenv("HEADGATE_FAULT_DO"), *log = getenv("HEADGATE_FAULT_LOG");
  at = number == NULL ? 0 : atol(number);
  if (at > 0 && what != NULL) read_deed(what);
  is_onwards = getenv("HEADGATE_FAULT_ONWARDS") != NULL;
  if (log != NULL) log_fd = open_log(log);
  is_on = 1;
}

static int is_meant(const char *kind) {
  size_t length = strlen(kind);
  for (const char *found = kinds; (found = strstr(found, kind)) != NULL; found += length)
    if ((found == kinds || found[-1] == ',') && (found[length] == ',' || found[length] == '\0')) return 1;
  return 0;
}

static long long monotonic_ns(void) {
  NEXT(clock_gettime);
  struct timespec now;
  next(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void note(long nth, const char *kind, const char *path) {
  if (log_fd < 0) return;
  NEXT(write);
  char line[4200];
  int size = snprintf(line, sizeof line, "%ld %s %lld %s\n", nth, kind, monotonic_ns(), path + under_length);
  if (size > 0 && next(log_fd, line, (size_t)size) < 0) abort();
}

static enum verdict judge(const char *kind, const char *path) {
  if (path == NULL || strncmp(path, under, under_length) != 0 || path[under_length] != '/') return GO_ON;
  long nth = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
  if (deed == LIST) return note(nth, kind, path), GO_ON;
  if (nth != at && !(is_onwards && nth > at)) return GO_ON;
  note(nth, kind, path);
  switch (deed) {
    case FAIL: errno = (int)amount; return REFUSE;
    case SIGNAL: kill(getpid(), (int)amount); return GO_ON;
    case STEP: clock_step = amount; return GO_ON;
    default: return HALF;
  }
}

static enum verdict judge_path(const char *kind, const char *path) {
  return is_on && is_meant(kind) ? judge(kind, path) : GO_ON;
}

static enum verdict judge_file(const char *kind, int fd) {
  if (!is_on || fd == log_fd || !is_meant(kind)) return GO_ON;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return GO_ON;
  path[length] = '\0';
  return judge(kind, path);
}

/* After half of a write: was it the last thing that the program did? */
static ssize_t halved(ssize_t written) {
  if (deed == TEAR) kill(getpid(), SIGKILL);
  return written;
}

int fsync(int fd) {
  NEXT(fsync);
  return judge_file("sync", fd) == REFUSE ? -1 : next(fd);
}

int fdatasync(int fd) {
  NEXT(fdatasync);
  return judge_file("sync", fd) == REFUSE ? -1 : next(fd);
}

ssize_t write(int fd, const void *bytes, size_t size) {
  NEXT(write);
  switch (judge_file("write", fd)) {
    case REFUSE: return -1;
    case HALF: return halved(next(fd, bytes, size / 2));
    default: return next(fd, bytes, size);
  }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  NEXT(writev);
  switch (judge_file("write", fd)) {
    case REFUSE: return -1;
    case HALF: return halved(write(fd, parts[0].iov_base, parts[0].iov_len / 2));
    default: return next(fd, parts, count);
  }
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  NEXT(pwrite64);
  switch (judge_file("write", fd)) {
    case REFUSE: return -1;
    case HALF: return halved(next(fd, bytes, size / 2, offset));
    default: return next(fd, bytes, size, offset);
  }
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  return pwrite64(fd, bytes, size, offset);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset) {
  NEXT(pread64);
  return judge_file("read", fd) == REFUSE ? -1 : next(fd, bytes, size, offset);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset) {
  return pread64(fd, bytes, size, offset);
}

ssize_t read(int fd, void *bytes, size_t size) {
  NEXT(read);
  return judge_file("read", fd) == REFUSE ? -1 : next(fd, bytes, size);
}

int ftruncate64(int fd, off64_t size) {
  NEXT(ftruncate64);
  return judge_file("truncate", fd) == REFUSE ? -1 : next(fd, size);
}

int ftruncate(int fd, off_t size) {
  return ftruncate64(fd, size);
}

int rename(const char *from, const char *to) {
  NEXT(rename);
  return judge_path("rename", to) == REFUSE ? -1 : next(from, to);
}

int unlink(const char *path) {
  NEXT(unlink);
  return judge_path("unlink", path) == REFUSE ? -1 : next(path);
}

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset) {
  NEXT(mmap64);
  if (fd >= 0 && judge_file("map", fd) == REFUSE) return MAP_FAILED;
  return next(address, size, protection, flags, fd, offset);
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
  return mmap64(address, size, protection, flags, fd, offset);
}

/* Only the opening of a file that is to be written. */
#define OPENS(name)                                                                         \
  int name(const char *path, int flags, ...) {                                              \
    NEXT(name);                                                                             \
    va_list rest;                                                                           \
    va_start(rest, flags);                                                                  \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;          \
    va_end(rest);                                                                           \
    int writes = (flags & O_ACCMODE) != O_RDONLY;                                           \
    return writes && judge_path("open", path) == REFUSE ? -1 : next(path, flags, mode);     \
  }
OPENS(open)
OPENS(open64)

#define CONTROLS(name)                                                                      \
  int name(int fd, int command, ...) {                                                      \
    NEXT(name);                                                                             \
    va_list rest;                                                                           \
    va_start(rest, command);                                                                \
    void *argument = va_arg(rest, void *);                                                  \
    va_end(rest);                                                                           \
    int locks = (command == F_SETLK || command == F_SETLKW) &&                              \
                ((struct flock *)argument)->l_type != F_UNLCK;                              \
    return locks && judge_file("lock", fd) == REFUSE ? -1 : next(fd, command, argument);    \
  }
CONTROLS(fcntl)
CONTROLS(fcntl64)

int clock_gettime(clockid_t clock, struct timespec *now) {
  NEXT(clock_gettime);
  int result = next(clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += clock_step;
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  NEXT(gettimeofday);
  int result = next(now, zone);
  if (result == 0) now->tv_sec += clock_step;
  return result;
}
