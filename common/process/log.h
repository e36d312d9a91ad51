/* log.h: the log of this process, DATA/log/NAME.log: one line = time, level, service and pid, message. Appended by
 * write(2) line by line, rotated at 10 MB (NAME.log.1, NAME.log.2), opened again on SIGHUP. Any thread. */
#ifndef LOOPHOLE_COMMON_LOG_H
#define LOOPHOLE_COMMON_LOG_H

#include <stdbool.h>

#include "common/paths.h"

/* From here on lines go to the file, with `foreground` to stderr as well. Before it, and for a program that never
 * calls it, they go to stderr. Also handles SIGHUP. Errors: those of opening a file; then lines still go to
 * stderr. `name` is at most 31 bytes. */
enum err log_open(const struct paths *paths, const char *name, bool foreground, struct fault *fault);
void log_close(void);

/* Opens the file again at the next line; safe in a signal handler. */
void log_reopen(void);

/* One line each, cut at 2,000 bytes; control characters are shown as \xNN. errno is left as it was. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A fault as a line: "DOING: what (field): hint". */
void log_fault(const char *doing, const struct fault *fault);

#endif
