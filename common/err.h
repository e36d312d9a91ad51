/* err.h: the one error list of loophole: the same on the wire, in C and as exit codes. Any thread. */
#ifndef LOOPHOLE_COMMON_ERR_H
#define LOOPHOLE_COMMON_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err {
    ERR_OK = 0,
    ERR_BAD_REQUEST,
    ERR_NOT_FOUND,
    ERR_EXISTS,
    ERR_CONFLICT,
    ERR_TOO_LARGE,
    ERR_BUSY,
    ERR_TIMEOUT,
    ERR_OFFLINE,
    ERR_IO,
    ERR_FULL,
    ERR_DENIED,
    ERR_VERSION,
    ERR_INTERNAL,
    ERR_COUNT
};

/* As bits 1 << enum err: what every ask may be answered. All else an ask declares in its schema. */
enum {
    ERRORS_OF_ALL = 1 << ERR_OK | 1 << ERR_BAD_REQUEST | 1 << ERR_TOO_LARGE | 1 << ERR_BUSY | 1 << ERR_TIMEOUT |
                    1 << ERR_OFFLINE | 1 << ERR_IO | 1 << ERR_FULL | 1 << ERR_VERSION | 1 << ERR_INTERNAL
};

/* What went wrong, said once, where it was found. Zeroed is "nothing". */
struct fault {
    enum err code;
    char what[240];    /* a sentence without a full stop: "no media item 01J…" */
    char field[64];    /* the field of the message at fault, or "" */
    char hint[240];    /* what to do about it, or "" */
    uint64_t revision; /* of a conflict with `expect`: that of the item now; 0: none */
};

/* Fills `fault` (which may be NULL) and returns `code`, so that `return fault_set(…)` reads well. */
enum err fault_set(struct fault *fault, enum err code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As fault_set, with ": " and the text of errno `number` after the sentence. */
enum err fault_errno(struct fault *fault, enum err code, int number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds to a fault that is set, never NULL; returns its code. Both are cut at the field's size. */
enum err fault_field(struct fault *fault, const char *field);
enum err fault_hint(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "ok", "bad_request", …; for a number outside the list "internal". Never NULL. */
const char *err_name(enum err code);

/* The err of that name; ERR_INTERNAL for an unknown name. */
enum err err_named(const char *name);

/* Asked again, a little later, it may go well: busy, timeout, offline, full. */
bool err_passes(enum err code);

/* The process exit code: 0 for ok, else 10 + code, apart from the shell's own 1, 2 and 126 and above. */
int err_exit_code(enum err code);

#endif
