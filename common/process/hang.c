#include "common/process/hang.h"

#include "common/process/log.h"
#include "common/process/patience.h"

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

usec_t hang_passed(usec_t *looked, usec_t now)
{
    usec_t passed = now - *looked;

    *looked = now;
    return passed < HANG_LOOKS_US ? passed : HANG_LOOKS_US;
}

static void log_hang(const struct hang *hang, int32_t task, const char *name)
{
    char does[PATIENCE_TEXT];

    patience_describe(task, does);
    log_warn("%s hangs: no progress for %lld ms (%s, %lld ms of processor time)", name, (long long)hang->silent / 1000,
             does, (long long)hang->cpu / 1000);
}

bool hang_watch_found(struct hang_watch *watch, int32_t task, uint64_t beats, usec_t limit, const char *name)
{
    usec_t now = clock_steady();
    struct proc proc;

    if (task == 0 || hang_has_ended(&watch->hang, beats)) {
        watch->looked = now;
        watch->hangs = false;
        return false;
    }
    if (now - watch->looked < HANG_LOOK_US / 2 || !proc_read(task, &proc))
        return watch->hangs;
    bool hung = watch->hangs;
    watch->hangs = hang_found(&watch->hang, beats, &proc, hang_passed(&watch->looked, now), limit);
    if (watch->hangs && !hung)
        log_hang(&watch->hang, task, name);
    return watch->hangs;
}
