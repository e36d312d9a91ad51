/* crash.h: what a dying process says of itself: a small text file DATA/crash/SERVICE-PID-TIME.txt of lines
 * "key: value" (service, pid, at, signal and address, or cause and
 * needed; in hand), the backtrace at their end. The supervisor adds to it
 * what it saw from outside, and everybody reads it, by crash_list.h. */
#ifndef LOOPHOLE_COMMON_CRASH_H
#define LOOPHOLE_COMMON_CRASH_H

#include <limits.h>
#include <stddef.h>

#include "common/err.h"

enum { CRASH_NOTE_SIZE = 256, CRASH_DIRECTORY_SIZE = PATH_MAX - 512 }; /* room after it for a file's name */

/* What a process without memory exits with: apart from the codes of errors (err.h). */
enum { CRASH_EXIT_NO_MEMORY = 40 };
#define CRASH_NO_MEMORY "no_memory"

/* Handles SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT of this process, on a stack of its own; the record written,
 * the process dies of the signal as it would have. The stack serves the calling thread: the main one. In sanitizer
 * builds, which report by themselves, it does nothing. `directory` is there; crash_directory.h makes it. Errors: io. */
enum err crash_install(const char directory[CRASH_DIRECTORY_SIZE], const char *service, struct fault *fault);

/* Ends this process because an allocation of `size` bytes (0: unknown) failed: writes the record, without allocating,
 * with the line "cause: no_memory", and exits with CRASH_EXIT_NO_MEMORY. Before crash_install, and in programs that
 * never call it, it says so on standard error instead. Any thread. For common/alloc.c. */
_Noreturn void crash_no_memory(size_t size);

/* `call` runs in the handler, after the record, when the process made the signal itself: not for one that was sent. It
 * makes only calls that a handler may make. */
void crash_before_end(void (*call)(void));

/* This process, a child that may die, writes no record from now on. */
void crash_uninstall(void);

/* What this process works on now: "persist.put_media", "/music/kick.wav". Cut, and cheap enough for each message.
 * NULL: nothing. Main thread. */
void crash_in_hand(const char *text);

#endif
