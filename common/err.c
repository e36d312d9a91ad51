#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

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

/* A cut text may end within a character, whose bytes are left out. */
static void copy_shown(char *to, size_t size, const char *raw, size_t raw_size, const char *passed)
{
    size_t len = strlen(raw);

    while (len + 1 == raw_size && raw_size > 1 && ((uint8_t)raw[raw_size - 2] & 0x80)) {
        raw_size--;
        len--;
    }
    (void)text_show(to, size, (struct text){ (uint32_t)len, raw }, passed);
}

/* Formats into a copy first, because an argument may point into the fault itself. A fault quotes foreign text and is
 * shown on a terminal or in a log: control characters are escaped. */
static void fill_fault(struct fault *fault, enum err code, const char *format, va_list arguments, const char *reason)
{
    struct fault made = { .code = code };
    char raw[sizeof(made.what)];

    if (!fault)
        return;
    (void)vsnprintf(raw, sizeof(raw), format, arguments);
    if (reason) {
        size_t len = strlen(raw);
        (void)snprintf(raw + len, sizeof(raw) - len, ": %s", reason);
    }
    copy_shown(made.what, sizeof(made.what), raw, sizeof(raw), "");
    *fault = made;
}

enum err fault_set(struct fault *fault, enum err code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fill_fault(fault, code, format, arguments, NULL);
    va_end(arguments);
    return code;
}

enum err fault_errno(struct fault *fault, enum err code, int number, const char *format, ...)
{
    char reason[128];
    va_list arguments;

    va_start(arguments, format);
    fill_fault(fault, code, format, arguments, strerror_r(number, reason, sizeof(reason)));
    va_end(arguments);
    return code;
}

enum err fault_field(struct fault *fault, const char *field)
{
    char raw[sizeof(fault->field)];

    if (!fault)
        return ERR_INTERNAL;
    (void)snprintf(raw, sizeof(raw), "%s", field);
    copy_shown(fault->field, sizeof(fault->field), raw, sizeof(raw), "");
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
    copy_shown(fault->hint, sizeof(fault->hint), hint, sizeof(hint), "\n");
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

bool err_is_transient(enum err code)
{
    return code == ERR_BUSY || code == ERR_TIMEOUT || code == ERR_OFFLINE || code == ERR_FULL;
}

int err_exit_code(enum err code)
{
    return code == ERR_OK ? 0 : 10 + (int)((unsigned)code < ERR_COUNT ? code : ERR_INTERNAL);
}
