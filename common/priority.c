#include "common/priority.h"
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROMPT_NICE = -5, BACKGROUND_NICE = 10, SLICE_NS = 100000 };

/* As the kernel takes it, sched_setattr(2); the C library has no door to it. */
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
