#include "supervisor/hang.h"

static usec_t count_time(const struct hang *hang, const struct proc *proc, usec_t passed)
{
    usec_t ran = proc->cpu > hang->cpu ? proc->cpu - hang->cpu : 0;

    switch (proc->state) {
    case 'R':
        if (hang->is_stale)
            return 0;
        return ran < passed / HANG_SHARE ? ran * HANG_SHARE : passed;
    case 'D':
    case 't':
        return 0;
    default:
        return passed;
    }
}

bool hang_has_ended(struct hang *hang, uint64_t beats)
{
    if (beats == hang->beats)
        return false;
    *hang = (struct hang){ .beats = beats, .is_stale = true };
    return true;
}

bool hang_found(struct hang *hang, uint64_t beats, const struct proc *proc, usec_t passed, usec_t limit)
{
    bool was_over = hang->over;

    if (beats != hang->beats)
        *hang = (struct hang){ .beats = beats };
    else
        hang->silent += count_time(hang, proc, passed);
    hang->cpu = proc->cpu;
    hang->is_stale = false;
    hang->computes = proc->state == 'R';
    hang->over = hang->silent > limit;
    return hang->over && was_over;
}
