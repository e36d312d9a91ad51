#include "common/process/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { POLL_US = 50000 };

/* Reads a file of /proc with system calls alone; "" if it cannot be read. */
static void read_text(pid_t task, const char *name, char *text, size_t size)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)task, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd >= 0 ? read(fd, text, size - 1) : 0;
    text[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* Without these counts of the kernel all time counts. They are 0 of a new task that has not run yet. */
static void read_times(struct patience *patience)
{
    long long ran, queued;
    char text[128];

    read_text(patience->task, "schedstat", text, sizeof(text));
    patience->is_counted = sscanf(text, "%lld %lld", &ran, &queued) == 2;
    if (!patience->is_counted)
        return;
    patience->ran = ran / 1000;
    patience->queued = queued / 1000;
}

static bool is_ready(pid_t task)
{
    char text[512];

    read_text(task, "stat", text, sizeof(text));
    const char *after_name = strrchr(text, ')');
    return after_name && strncmp(after_name, ") R", 3) == 0;
}

void patience_describe(pid_t task, char to[PATIENCE_TEXT])
{
    char stat[512], call[256], where[64];

    read_text(task, "stat", stat, sizeof(stat));
    read_text(task, "syscall", call, sizeof(call)); /* "running", or its number and arguments */
    read_text(task, "wchan", where, sizeof(where));
    call[strcspn(call, " \n")] = '\0';
    const char *after_name = strrchr(stat, ')');
    (void)snprintf(to, PATIENCE_TEXT, "state %c, system call %.20s, in %s",
                   after_name && after_name[1] ? after_name[2] : '?', call[0] ? call : "unknown",
                   where[0] && where[0] != '0' ? where : "an unknown place");
}

void patience_begin(struct patience *patience, pid_t task)
{
    usec_t now = clock_steady();

    *patience = (struct patience){ .task = task, .began = now, .seen = now };
    read_times(patience);
}

/* A task that is ready has not yet been given the time of its current wait. */
static void count_time(struct patience *patience, usec_t now, usec_t most)
{
    usec_t passed = now - patience->seen, ran = patience->ran, queued = patience->queued;
    bool ready = is_ready(patience->task);

    read_times(patience);
    usec_t counts = ready && patience->is_counted ? patience->ran - ran : passed - (patience->queued - queued);
    counts = counts < most ? counts : most;
    patience->counted += counts > 0 ? counts : 0;
    patience->seen = now;
}

bool patience_is_over(struct patience *patience, usec_t limit, usec_t often)
{
    usec_t now = clock_steady();

    if (now - patience->seen >= often / 2)
        count_time(patience, now, 2 * often);
    return patience->counted > limit || now - patience->began > PATIENCE_STRETCH * limit;
}

bool patience_poll(pid_t task, int fd, usec_t limit)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    struct patience patience;
    int got;

    patience_begin(&patience, task);
    while ((got = poll(&one, 1, POLL_US / 1000)) <= 0) {
        if (got < 0 && errno != EINTR)
            return false;
        if (patience_is_over(&patience, limit, POLL_US))
            return false;
    }
    return true;
}
