/* log.h: the log of this process, DATA/log/NAME.log. A line has time, level, service, pid and message, and is appended
 * with one write(2). The file is rotated at 10 MB (NAME.log.1, NAME.log.2) and opened again on SIGHUP. Any thread. */
#ifndef LOOPHOLE_COMMON_LOG_H
#define LOOPHOLE_COMMON_LOG_H

#include <stdbool.h>

#include "common/paths.h"

/* Sends further lines to the file, and with `foreground` to stderr as well. Without this call, lines go to stderr. Also
 * handles SIGHUP. `name` is at most 31 bytes. Errors: not_found, denied, full, io, too_large (the path); lines then
 * still go to stderr. */
enum err log_open(const struct paths *paths, const char *name, bool foreground, struct fault *fault);
void log_close(void);

/* Makes the next line open the file again; async-signal-safe. */
void log_reopen(void);

/* Write one line each, cut at 2,000 bytes; control characters become \xNN. They keep errno. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Logs a fault as "DOING: what (field): hint". */
void log_fault(const char *doing, const struct fault *fault);

#endif
