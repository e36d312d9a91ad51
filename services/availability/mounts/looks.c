#include "services/availability/mounts/looks.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services/availability/mounts/apart.h"

enum {
    LOOK_OFTEN_US = 50000, /* the loop calls looks_turn at least so often */
    BEGINS_US = 100000     /* a look that waited longer than this waits for its file system, not for a processor */
};

_Static_assert(sizeof(struct look_report) <= 4096, "a report is one atomic write (PIPE_BUF)");

enum err looks_open(struct looks *looks, struct fault *fault)
{
    *looks = (struct looks){ .from = -1, .to = -1 };
    return apart_open(&looks->from, &looks->to, fault);
}

void looks_close(struct looks *looks)
{
    for (int i = 0; i < LOOK_LANES; i++)
        if (looks->lanes[i].pid)
            (void)kill(looks->lanes[i].pid, SIGKILL);
    if (looks->from >= 0)
        close(looks->from);
    if (looks->to >= 0)
        close(looks->to);
}

static void run_mount_child(uint64_t number, const struct mount_line *mount, const char *mark, bool replace)
{
    struct look_report report = { .mount = number };

    if (mark)
        report.mark_error = volume_mark(mount, mark, replace);
    report.error = volume_look(mount, &report.found);
    _exit(write(APART_TO, &report, sizeof(report)) == sizeof(report) ? 0 : 1);
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
    pid_t pid = apart_begin(looks->to);
    if (pid == 0)
        run_mount_child(number, mount, mark, replace);
    if (pid < 0)
        return false;
    *lane = (struct look_lane){ .pid = pid, .mount = number };
    patience_begin(&lane->waited, pid);
    return true;
}

static struct look_lane *lane_of(struct looks *looks, uint64_t mount)
{
    for (int i = 0; i < LOOK_LANES; i++)
        if (looks->lanes[i].pid && looks->lanes[i].mount == mount)
            return &looks->lanes[i];
    return NULL;
}

static void free_if_ended(struct look_lane *lane)
{
    int status;

    if (lane->pid && waitpid(lane->pid, &status, WNOHANG) != 0)
        lane->pid = 0;
}

static void kill_look(struct look_lane *lane)
{
    (void)kill(lane->pid, SIGKILL);
    lane->is_killed = true;
    lane->killed = clock_steady();
}

bool looks_take(struct looks *looks, struct look_report *to)
{
    while (read(looks->from, to, sizeof(*to)) == (ssize_t)sizeof(*to)) {
        struct look_lane *lane = lane_of(looks, to->mount);
        if (!lane || lane->is_killed)
            continue;
        lane->is_killed = true; /* it only has to end */
        free_if_ended(lane);
        return true;
    }
    return false;
}

/* A lane is freed after its report, or after it is killed: a process that just ended may have a report in the pipe. */
void looks_turn(struct looks *looks, void (*late)(void *state, uint64_t mount), void *state)
{
    for (int i = 0; i < LOOK_LANES; i++) {
        struct look_lane *lane = &looks->lanes[i];
        if (lane->pid && !lane->is_killed && patience_is_over(&lane->waited, LOOK_PATIENCE_US, LOOK_OFTEN_US)) {
            kill_look(lane);
            lane->is_late = true;
            late(state, lane->mount);
        }
        if (lane->is_killed)
            free_if_ended(lane);
    }
}

void looks_drop(struct looks *looks, uint64_t mount)
{
    struct look_lane *lane = lane_of(looks, mount);

    if (!lane)
        return;
    kill_look(lane);
    free_if_ended(lane);
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
