#include "services/indexer/scan/settle.h"

#include <stdlib.h>

enum { SAVING_US = 1000000 };

int settle_compare(const struct trace *a, const struct trace *b)
{
    if (a->inode != b->inode)
        return a->inode < b->inode ? -1 : 1;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->mtime < b->mtime ? -1 : a->mtime > b->mtime;
}

static int by_trace_then_age(const void *a, const void *b)
{
    const struct gone *x = a, *y = b;
    int order = settle_compare(&x->trace, &y->trace);

    return order ? order : id_compare(x->id, y->id);
}

/* The index of the first gone item of that trace; `count`: none. */
static size_t first_of(const struct gone *gone, size_t count, const struct trace *trace)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (settle_compare(&gone[middle].trace, trace) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A file system gives the inode of a removed file to the next new one. FAT and its kin keep no ctime and report mtime
 * instead, which proves nothing. */
static bool is_younger(const struct fresh *fresh, const struct trace *was)
{
    return fresh->born && was->changed && was->changed != was->mtime && fresh->born > was->changed;
}

bool settle_is_old(const struct fresh *fresh)
{
    return fresh->born && clock_now() - fresh->born > SAVING_US;
}

bool settle_is_proven(const struct fresh *fresh, const struct trace *was)
{
    return was->changed && !is_younger(fresh, was) &&
           (fresh->trace.changed == was->changed || (fresh->born && fresh->born <= was->changed));
}

static bool may_be(const struct fresh *fresh, const struct gone *gone)
{
    if (gone->moved || is_younger(fresh, &gone->trace))
        return false;
    return (!fresh->is_at_known && !gone->taken_by) || settle_is_proven(fresh, &gone->trace);
}

static int64_t take_gone(struct gone *gone, size_t count, const struct fresh *fresh)
{
    const struct trace *trace = &fresh->trace;

    for (size_t i = first_of(gone, count, trace); i < count && settle_compare(&gone[i].trace, trace) == 0; i++)
        if (may_be(fresh, &gone[i])) {
            gone[i].moved = true;
            return (int64_t)i;
        }
    return -1;
}

void settle_moves(struct gone *gone, size_t gone_count, struct fresh *fresh, size_t fresh_count)
{
    if (gone_count)
        qsort(gone, gone_count, sizeof(*gone), by_trace_then_age);
    for (size_t i = 0; i < fresh_count; i++)
        if ((fresh[i].was = fresh[i].trace.inode ? take_gone(gone, gone_count, &fresh[i]) : -1) >= 0)
            gone[fresh[i].was].to = i;
}

enum verdict settle_verdict(uint64_t missing, uint64_t of, bool accept_missing)
{
    if (accept_missing || missing <= SETTLE_FEW)
        return VERDICT_MARK;
    if (missing > of / 2)
        return VERDICT_LOST;
    return missing > of / 20 ? VERDICT_ASK : VERDICT_MARK;
}
