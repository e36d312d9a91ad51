#include "common/process/priority.h"

#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ENDS_FIRST = 1000 };
enum { PROMPT_NICE = -5, BACKGROUND_NICE = 10, SLICE_NS = 100000 };

/* The argument of sched_setattr(2), which the C library does not wrap. */
struct attributes {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};
_Static_assert(sizeof(struct attributes) == 48, "the first version of the kernel's sched_attr");

void priority_prompt(void)
{
    struct attributes a = { .size = sizeof(a), .policy = SCHED_OTHER, .runtime = SLICE_NS };

    (void)setpriority(PRIO_PROCESS, 0, PROMPT_NICE);
    a.nice = getpriority(PRIO_PROCESS, 0);
    (void)syscall(SYS_sched_setattr, 0, &a, 0);
}

void priority_background(pid_t pid)
{
    const struct sched_param none = { 0 };

    (void)setpriority(PRIO_PROCESS, (id_t)pid, BACKGROUND_NICE);
    (void)sched_setscheduler(pid, SCHED_BATCH, &none);
}

static int own_oom(void)
{
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return 0;
    (void)!read(fd, text, sizeof(text) - 1);
    close(fd);
    return atoi(text);
}

static void set_oom(pid_t pid, int value)
{
    char path[64], text[16];
    int fd, len;

    (void)snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
    len = snprintf(text, sizeof(text), "%d", value < ENDS_FIRST ? value : ENDS_FIRST);
    fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    (void)!write(fd, text, (size_t)len);
    close(fd);
}

void priority_ends_before(pid_t pid, int more)
{
    if (more > 0)
        set_oom(pid, own_oom() + more);
}

void priority_ends_first(void)
{
    set_oom(getpid(), ENDS_FIRST);
}
