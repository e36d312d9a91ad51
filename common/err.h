/* err.h: the one list of error codes, used on the wire, in C and as exit codes. Any thread. */
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

/* Bits 1 << enum err of the errors that every ask may return. Each ask declares all others in its schema. */
enum {
    ERRORS_OF_ALL = 1 << ERR_OK | 1 << ERR_BAD_REQUEST | 1 << ERR_TOO_LARGE | 1 << ERR_BUSY | 1 << ERR_TIMEOUT |
                    1 << ERR_OFFLINE | 1 << ERR_IO | 1 << ERR_FULL | 1 << ERR_VERSION | 1 << ERR_INTERNAL
};

/* The description of an error, written once, at the place that finds it. A zeroed struct means no error. */
struct fault {
    enum err code;
    char what[240];    /* a sentence without a full stop: "no media item 01J…" */
    char field[64];    /* the message's field that is wrong, or "" */
    char hint[240];    /* what to do about it, or "" */
    uint64_t revision; /* for a conflict with `expect`: the item's current revision; else 0 */
};

/* Fills `fault` (NULL is allowed) and returns `code`, so that a caller can write `return fault_set(…)`. */
enum err fault_set(struct fault *fault, enum err code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As fault_set; appends ": " and the text of the errno `number` to the sentence. */
enum err fault_errno(struct fault *fault, enum err code, int number, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Add a field or a hint to `fault`, which is set and not NULL, and return its code. Long text is cut. */
enum err fault_field(struct fault *fault, const char *field);
enum err fault_hint(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns "ok", "bad_request", …; "internal" for a number outside the list. Never NULL. */
const char *err_name(enum err code);

/* Returns the error of that name; ERR_INTERNAL for an unknown name. */
enum err err_named(const char *name);

/* True for transient errors, after which a retry may succeed: busy, timeout, offline, full. */
bool err_is_transient(enum err code);

/* Returns the exit code: 0 for ok, else 10 + code, which avoids the shell's own 1, 2, and 126 and above. */
int err_exit_code(enum err code);

#endif
