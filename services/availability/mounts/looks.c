#include "services/availability/mounts/looks.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/log.h"
#include "services/availability/mounts/child_process.h"

enum {
    LOOK_OFTEN_US = 50000, /* the loop calls looks_turn at least so often */
    BEGINS_US = 100000     /* a look that waited longer than this waits for its file system, not for a processor */
};

_Static_assert(sizeof(struct look_report) <= 4096, "a report is one atomic write (PIPE_BUF)");

enum err looks_open(struct looks *looks, struct fault *fault)
{
    *looks = (struct looks){ .from = -1, .to = -1 };
    return child_process_open(&looks->from, &looks->to, fault);
}

void looks_close(struct looks *looks)
{
    for (int i = 0; i < LOOK_LANES; i++)
        if (looks->lanes[i].pid && !looks->lanes[i].has_ended)
            (void)kill(looks->lanes[i].pid, SIGKILL);
    if (looks->from >= 0)
        close(looks->from);
    if (looks->to >= 0)
        close(looks->to);
}

static void run_mount_child(uint64_t number, const struct mount_line *mount, const char *mark, bool replace)
{
    struct look_report report = { .mount = number, .pid = getpid() };

    if (mark)
        report.mark_error = volume_mark(mount, mark, replace);
    report.error = volume_look(mount, &report.found);
    _exit(write(CHILD_TO, &report, sizeof(report)) == sizeof(report) ? 0 : 1);
}

/* NULL: all lanes are in use, or enough looks have just begun. */
static struct look_lane *free_lane(struct looks *looks)
{
    struct look_lane *found = NULL;
    int begun = 0;

    for (int i = 0; i < LOOK_LANES; i++) {
        struct look_lane *lane = &looks->lanes[i];
        if (!lane->pid)
            found = lane;
        else
            begun += !lane->is_killed && lane->waited.counted < BEGINS_US;
    }
    return begun < LOOKS_AT_ONCE ? found : NULL;
}

bool looks_begin(struct looks *looks, uint64_t number, const struct mount_line *mount, const char *mark, bool replace)
{
    struct look_lane *lane = free_lane(looks);

    if (!lane)
        return false;
    pid_t pid = child_process_begin(looks->to);
    if (pid == 0)
        run_mount_child(number, mount, mark, replace);
    if (pid < 0)
        return false;
    *lane = (struct look_lane){ .pid = pid, .mount = number };
    patience_begin(&lane->waited, pid);
    return true;
}

/* A process keeps its number until its lane is freed. */
static struct look_lane *lane_of(struct looks *looks, pid_t pid)
{
    for (int i = 0; i < LOOK_LANES; i++)
        if (looks->lanes[i].pid == pid)
            return &looks->lanes[i];
    return NULL;
}

/* After that another process may have its number. */
static bool has_ended(struct look_lane *lane)
{
    if (lane->pid && !lane->has_ended)
        lane->has_ended = waitpid(lane->pid, &lane->status, WNOHANG) != 0;
    return lane->has_ended;
}

static void free_if_ended(struct look_lane *lane)
{
    if (has_ended(lane))
        lane->pid = 0;
}

static void kill_look(struct look_lane *lane)
{
    if (!has_ended(lane))
        (void)kill(lane->pid, SIGKILL);
    lane->is_killed = true;
    lane->killed = clock_steady();
}

bool looks_take(struct looks *looks, struct look_report *to)
{
    while (read(looks->from, to, sizeof(*to)) == (ssize_t)sizeof(*to)) {
        struct look_lane *lane = lane_of(looks, to->pid);
        if (!lane || lane->is_killed)
            continue;
        lane->is_killed = true; /* it only has to end */
        free_if_ended(lane);
        return true;
    }
    return false;
}

static void give_up_late(struct look_lane *lane, const struct look_events *events)
{
    char does[PATIENCE_TEXT];

    patience_describe(lane->waited.task, does);
    log_warn("the look at mount %llu does not answer: process %d, %s", (unsigned long long)lane->mount, (int)lane->pid,
             does);
    kill_look(lane);
    lane->is_late = true;
    events->late(events->state, lane->mount);
}

/* Call it a turn after the process has ended: looks_take has emptied the pipe since. */
static void give_up_lost(struct look_lane *lane, const struct look_events *events)
{
    log_warn("the look at mount %llu ended without a report: status %#x", (unsigned long long)lane->mount,
             (unsigned)lane->status);
    lane->pid = 0;
    events->lost(events->state, lane->mount);
}

/* A lane is freed after its report, or after it is killed: a process that just ended may have a report in the pipe. */
void looks_turn(struct looks *looks, const struct look_events *events)
{
    for (int i = 0; i < LOOK_LANES; i++) {
        struct look_lane *lane = &looks->lanes[i];
        if (lane->pid && lane->is_killed)
            free_if_ended(lane);
        else if (lane->pid && lane->has_ended)
            give_up_lost(lane, events);
        else if (lane->pid && !has_ended(lane) && patience_is_over(&lane->waited, LOOK_PATIENCE_US, LOOK_OFTEN_US))
            give_up_late(lane, events);
    }
}

void looks_drop(struct looks *looks, uint64_t mount)
{
    for (int i = 0; i < LOOK_LANES; i++) {
        struct look_lane *lane = &looks->lanes[i];
        if (!lane->pid || lane->mount != mount || lane->is_killed)
            continue;
        kill_look(lane);
        free_if_ended(lane);
    }
}

bool looks_is_late(const struct looks *looks, uint64_t mount)
{
    for (int i = 0; i < LOOK_LANES; i++)
        if (looks->lanes[i].pid && looks->lanes[i].mount == mount && looks->lanes[i].is_late)
            return true;
    return false;
}

uint32_t looks_stuck(const struct looks *looks)
{
    usec_t now = clock_steady();
    uint32_t count = 0;

    for (int i = 0; i < LOOK_LANES; i++)
        count += looks->lanes[i].pid && looks->lanes[i].killed && looks->lanes[i].killed + LOOK_PATIENCE_US < now;
    return count;
}

bool looks_are_under_way(const struct looks *looks)
{
    for (int i = 0; i < LOOK_LANES; i++)
        if (looks->lanes[i].pid)
            return true;
    return false;
}
