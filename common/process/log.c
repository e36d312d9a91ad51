#include "common/process/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/text.h"

enum { LINE_MAX_BYTES = 2000, ROTATE_BYTES = 10 << 20, OLD_FILES = 2, NAME_SIZE = 32 };

/* Every line of every file may log: the allowed exception to "no globals". */
static struct {
    pthread_mutex_t lock;
    char path[PATH_MAX];
    char name[NAME_SIZE];
    int fd;
    bool foreground;
    atomic_bool stale; /* set by SIGHUP: the next line opens the file again */
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .foreground = true };

static int open_log_file(void)
{
    return open(state.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
}

/* Keeps the open file if another cannot be opened. */
static void open_again(void)
{
    int fd = open_log_file();

    if (fd < 0)
        return;
    if (state.fd >= 0)
        close(state.fd);
    state.fd = fd;
}

static void rotate_files(void)
{
    char older[PATH_MAX + 16], newer[PATH_MAX + 16];

    for (int i = OLD_FILES; i > 0; i--) {
        (void)snprintf(older, sizeof(older), "%s.%d", state.path, i);
        (void)snprintf(newer, sizeof(newer), i > 1 ? "%s.%d" : "%s", state.path, i - 1);
        (void)rename(newer, older);
    }
    open_again();
}

/* Another process of this name may have rotated the log first: the path then names a newer file than ours. */
static void look_at_size(void)
{
    struct stat ours, named;

    if (fstat(state.fd, &ours) != 0 || ours.st_size < ROTATE_BYTES)
        return;
    if (stat(state.path, &named) == 0 && named.st_ino == ours.st_ino && named.st_dev == ours.st_dev)
        rotate_files();
    else
        open_again();
}

static size_t write_head(char *line, size_t size, const char *level)
{
    usec_t now = clock_now();
    time_t seconds = (time_t)(now / 1000000);
    struct tm utc;
    int len;

    gmtime_r(&seconds, &utc);
    len = snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ %s %s[%d] ", utc.tm_year + 1900, utc.tm_mon + 1,
                   utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(now % 1000000), level,
                   state.name[0] ? state.name : program_invocation_short_name, (int)getpid());
    return len < 0 ? 0 : (size_t)len < size ? (size_t)len : size - 1;
}

/* A message may contain foreign bytes: none may begin a new line or control a terminal. */
static size_t write_message(char *to, size_t room, const char *message)
{
    size_t len = text_show(to, room - 1, text_of(message), "");

    to[len++] = '\n';
    return len;
}

static void write_line(const char *level, const char *format, va_list arguments)
{
    char message[LINE_MAX_BYTES], line[LINE_MAX_BYTES + 128];
    int number = errno;
    size_t len;

    (void)vsnprintf(message, sizeof(message), format, arguments);
    pthread_mutex_lock(&state.lock);
    len = write_head(line, sizeof(line), level);
    len += write_message(line + len, sizeof(line) - len, message);
    if (state.fd >= 0 && atomic_exchange(&state.stale, false))
        open_again();
    if (state.fd >= 0) {
        look_at_size();
        (void)file_write_fd(state.fd, line, len);
    }
    if (state.foreground)
        (void)file_write_fd(STDERR_FILENO, line, len);
    pthread_mutex_unlock(&state.lock);
    errno = number;
}

static void on_hangup(int number)
{
    (void)number;
    log_reopen();
}

enum err log_open(const struct paths *paths, const char *name, bool foreground, struct fault *fault)
{
    struct sigaction action = { .sa_handler = on_hangup, .sa_flags = SA_RESTART };
    int len;

    pthread_mutex_lock(&state.lock);
    (void)snprintf(state.name, sizeof(state.name), "%s", name);
    len = snprintf(state.path, sizeof(state.path), "%s/%s.log", paths->logs, name);
    open_again();
    state.foreground = foreground || state.fd < 0;
    pthread_mutex_unlock(&state.lock);
    sigaction(SIGHUP, &action, NULL);
    if (len < 0 || (size_t)len >= sizeof(state.path))
        return fault_set(fault, ERR_TOO_LARGE, "the log's path is too long: %.100s…", paths->logs);
    if (state.fd < 0)
        return fault_errno(fault, file_err(errno), errno, "cannot open the log %s", state.path);
    return ERR_OK;
}

void log_close(void)
{
    pthread_mutex_lock(&state.lock);
    if (state.fd >= 0)
        close(state.fd);
    state.fd = -1;
    state.foreground = true;
    pthread_mutex_unlock(&state.lock);
}

void log_reopen(void)
{
    atomic_store(&state.stale, true);
}

void log_info(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("info", format, arguments);
    va_end(arguments);
}

void log_warn(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("warn", format, arguments);
    va_end(arguments);
}

void log_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line("error", format, arguments);
    va_end(arguments);
}

void log_fault(const char *doing, const struct fault *fault)
{
    log_error("%s: %s%s%s%s%s%s", doing, fault->what, fault->field[0] ? " (" : "", fault->field,
              fault->field[0] ? ")" : "", fault->hint[0] ? ": " : "", fault->hint);
}
