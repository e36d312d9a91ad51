#include "common/err.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[ERR_COUNT] = {
    [ERR_OK] = "ok",
    [ERR_BAD_REQUEST] = "bad_request",
    [ERR_NOT_FOUND] = "not_found",
    [ERR_EXISTS] = "exists",
    [ERR_CONFLICT] = "conflict",
    [ERR_TOO_LARGE] = "too_large",
    [ERR_BUSY] = "busy",
    [ERR_TIMEOUT] = "timeout",
    [ERR_OFFLINE] = "offline",
    [ERR_IO] = "io",
    [ERR_FULL] = "full",
    [ERR_DENIED] = "denied",
    [ERR_VERSION] = "version",
    [ERR_INTERNAL] = "internal",
};

/* Formats beside the fault first: an argument may point into the fault itself. */
static void fill(struct fault *fault, enum err code, const char *format, va_list arguments,
                 const char *reason)
{
    struct fault made = { .code = code };

    if (!fault)
        return;
    (void)vsnprintf(made.what, sizeof(made.what), format, arguments);
    if (reason) {
        size_t len = strlen(made.what);
        (void)snprintf(made.what + len, sizeof(made.what) - len, ": %s", reason);
    }
    *fault = made;
}

enum err fault_set(struct fault *fault, enum err code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fill(fault, code, format, arguments, NULL);
    va_end(arguments);
    return code;
}

enum err fault_errno(struct fault *fault, enum err code, int number, const char *format, ...)
{
    char reason[128];
    va_list arguments;

    va_start(arguments, format);
    fill(fault, code, format, arguments, strerror_r(number, reason, sizeof(reason)));
    va_end(arguments);
    return code;
}

enum err fault_field(struct fault *fault, const char *field)
{
    if (!fault)
        return ERR_INTERNAL;
    (void)snprintf(fault->field, sizeof(fault->field), "%s", field);
    return fault->code;
}

enum err fault_hint(struct fault *fault, const char *format, ...)
{
    char hint[sizeof(fault->hint)];
    va_list arguments;

    if (!fault)
        return ERR_INTERNAL;
    va_start(arguments, format);
    (void)vsnprintf(hint, sizeof(hint), format, arguments);
    va_end(arguments);
    memcpy(fault->hint, hint, sizeof(hint));
    return fault->code;
}

const char *err_name(enum err code)
{
    return (unsigned)code < ERR_COUNT ? names[code] : names[ERR_INTERNAL];
}

enum err err_named(const char *name)
{
    for (unsigned code = 0; code < ERR_COUNT; code++)
        if (strcmp(names[code], name) == 0)
            return (enum err)code;
    return ERR_INTERNAL;
}

bool err_passes(enum err code)
{
    return code == ERR_BUSY || code == ERR_TIMEOUT || code == ERR_OFFLINE || code == ERR_FULL;
}

int err_exit_code(enum err code)
{
    return code == ERR_OK ? 0 : 10 + (int)((unsigned)code < ERR_COUNT ? code : ERR_INTERNAL);
}
