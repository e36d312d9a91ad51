#include "supervisor/lingering.h"

#include "common/process/log.h"

bool lingering_add(struct lingering *all, struct spawn *process)
{
    if (all->count == LINGERING_MOST)
        return false;
    spawn_kill_group(process);
    all->at[all->count++] = *process;
    *process = (struct spawn){ .pidfd = -1 };
    return true;
}

void lingering_look(struct lingering *all)
{
    siginfo_t info;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < all->count; i++) {
        struct spawn *one = &all->at[i];
        if (!spawn_is_dead(one, 0)) {
            all->at[kept++] = *one;
            continue;
        }
        log_info("process %d, which waited for a file system, has ended", (int)one->pid);
        (void)spawn_bury(one, &info);
    }
    all->count = kept;
}
