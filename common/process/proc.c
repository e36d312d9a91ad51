#include "common/process/proc.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STAT_SIZE = 1024, FIELD_STATE = 3, FIELD_PARENT = 4, FIELD_UTIME = 14, FIELD_STIME = 15, FIELD_START = 22 };

static usec_t ticks_to_usec(uint64_t ticks)
{
    return (usec_t)(ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

static bool read_stat(int32_t pid, char text[STAT_SIZE])
{
    char path[64];
    ssize_t len;
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid, (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    len = read(fd, text, STAT_SIZE - 1);
    text[len > 0 ? len : 0] = '\0';
    close(fd);
    return len > 0;
}

/* Field 2, the program's name, is in brackets and may contain any bytes, brackets too. So fields are counted from its
 * last bracket. */
bool proc_read(int32_t pid, struct proc *to)
{
    char text[STAT_SIZE], *at, *rest = NULL;
    uint64_t values[FIELD_START + 1] = { 0 };

    *to = (struct proc){ 0 };
    if (pid <= 0 || !read_stat(pid, text) || !(at = strrchr(text, ')')))
        return false;
    at = strtok_r(at + 1, " ", &rest);
    for (int field = FIELD_STATE; at && field <= FIELD_START; field++) {
        if (field == FIELD_STATE)
            to->state = *at;
        else
            values[field] = strtoull(at, NULL, 10);
        at = strtok_r(NULL, " ", &rest);
    }
    to->parent = (int32_t)values[FIELD_PARENT];
    to->start_ticks = values[FIELD_START];
    to->cpu = ticks_to_usec(values[FIELD_UTIME] + values[FIELD_STIME]);
    return to->start_ticks != 0;
}

/* A fatal signal is pending for each thread. */
static bool is_killed(int32_t pid)
{
    char path[64], line[256];
    bool is = false;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid, (int)pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    while (!is && fgets(line, sizeof(line), file))
        is = strncmp(line, "SigPnd:", 7) == 0 && (strtoull(line + 7, NULL, 16) >> (SIGKILL - 1) & 1);
    fclose(file);
    return is;
}

bool proc_is_ending(int32_t pid)
{
    struct proc proc;

    return proc_read(pid, &proc) && (proc.state == 'Z' || (proc.state == 'D' && is_killed(pid)));
}

void proc_name(int32_t pid, char name[PROC_NAME])
{
    char path[64];
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
    (void)snprintf(name, PROC_NAME, "?");
    file = fopen(path, "re");
    if (!file)
        return;
    if (fgets(name, PROC_NAME, file))
        name[strcspn(name, "\n")] = '\0';
    fclose(file);
    for (char *at = name; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

bool proc_is_ours(int32_t pid)
{
    char path[64], exe[PATH_MAX];
    ssize_t len;

    (void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    len = readlink(path, exe, sizeof(exe) - 1);
    if (len <= 0)
        return false;
    exe[len] = '\0';
    const char *slash = strrchr(exe, '/');
    return strncmp(slash ? slash + 1 : exe, "loophole", strlen("loophole")) == 0;
}

usec_t proc_age(uint64_t start_ticks)
{
    struct timespec now;
    usec_t age;

    clock_gettime(CLOCK_BOOTTIME, &now);
    age = clock_usec(now) - ticks_to_usec(start_ticks);
    return age > 0 ? age : 0;
}
