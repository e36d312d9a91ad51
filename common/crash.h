/* crash.h: the crash record that a dying process writes: a small text file DATA/crash/SERVICE-PID-TIME.txt. It has
 * lines "key: value" (service, pid, at, signal and address or cause and needed, in hand), then the backtrace. The
 * supervisor adds how the death looked from outside. crash_list.h reads the records. */
#ifndef LOOPHOLE_COMMON_CRASH_H
#define LOOPHOLE_COMMON_CRASH_H

#include <limits.h>
#include <stddef.h>

#include "common/err.h"

enum { CRASH_NOTE_SIZE = 256, CRASH_DIRECTORY_SIZE = PATH_MAX - 512 }; /* leaves room for a file's name */
enum { CRASH_CALLS = 2 };

/* The exit code of a process that found no memory; no code of an error (err.h) equals it. */
enum { CRASH_EXIT_NO_MEMORY = 40 };
#define CRASH_NO_MEMORY "no_memory"

/* Handles SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT of this process on a separate stack. After writing the record the
 * process dies of the same signal. The stack serves the calling thread, which is the main thread. Does nothing in
 * sanitizer builds, which write their own reports. `directory` exists (crash_directory.h makes it). Errors: io. */
enum err crash_install(const char directory[CRASH_DIRECTORY_SIZE], const char *service, struct fault *fault);

/* Ends this process because an allocation of `size` bytes (0: unknown) failed. Writes the record with the line "cause:
 * no_memory", without allocating, and exits with CRASH_EXIT_NO_MEMORY. A process that has not called crash_install
 * writes the message to standard error instead. Any thread. For common/alloc.c. */
_Noreturn void crash_no_memory(size_t size);

/* Adds a function that the handler calls after writing the record, in the thread that crashed, unless another process
 * sent the signal; at most CRASH_CALLS. `call` may only make async-signal-safe calls. */
void crash_before_end(void (*call)(void));

/* For a child process that is expected to die: it writes no record from now on. */
void crash_uninstall(void);

/* Notes what this process works on now: "persist.put_media", "/music/kick.wav". Long text is cut; NULL: nothing. Cheap
 * enough for each message. Main thread. */
void crash_in_hand(const char *text);

#endif
