#include "services/availability/fetch/readers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cloud_file.h"
#include "services/availability/mounts/child_process.h"

enum { PIECE = 1 << 17, REPORT_US = 100000, STUCK_US = 2500000, TURN_US = 50000 };

_Static_assert(sizeof(struct reader_report) <= 4096, "a report is one atomic write (PIPE_BUF)");

enum err readers_open(struct fetch_readers *readers, struct fault *fault)
{
    *readers = (struct fetch_readers){ .from = -1, .to = -1, .most = 1, .patience = 30000000 };
    return child_process_open(&readers->from, &readers->to, fault);
}

void readers_close(struct fetch_readers *readers)
{
    for (int i = 0; i < READER_LANES; i++)
        if (readers->lanes[i].pid)
            (void)kill(readers->lanes[i].pid, SIGKILL);
    if (readers->from >= 0)
        close(readers->from);
    if (readers->to >= 0)
        close(readers->to);
}

/* ---- in the process ---- */

static void report_to_parent(const struct reader_report *report)
{
    if (write(CHILD_TO, report, sizeof(*report)) != sizeof(*report))
        _exit(1);
}

static int judge_absence(const char *path)
{
    static const char *const endings[] = { ".nextcloud", ".owncloud" };
    char placeholder[PATH_MAX];
    struct stat st;

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (snprintf(placeholder, sizeof(placeholder), "%s%s", path, endings[i]) < (int)sizeof(placeholder) &&
            lstat(placeholder, &st) == 0)
            return READER_PLACEHOLDER;
    return ENOENT;
}

static int read_to_end(int fd, struct reader_report *report)
{
    static char piece[PIECE];
    usec_t reported = clock_steady();
    ssize_t got;

    while ((got = read(fd, piece, sizeof(piece))) > 0) {
        report->done += (uint64_t)got;
        if (clock_steady() - reported < REPORT_US)
            continue;
        report_to_parent(report);
        reported = clock_steady();
    }
    return got < 0 ? errno : 0;
}

static int fetch_file(const char *path, struct reader_report *report)
{
    struct stat st;
    int fd, error;

    if (stat(path, &st) != 0)
        return errno == ENOENT ? judge_absence(path) : errno;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    report->total = (uint64_t)st.st_size;
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    error = read_to_end(fd, report);
    close(fd);
    if (error == 0 && stat(path, &st) != 0)
        error = errno;
    return error == 0 && cloud_file_is_online_only(path, &st) ? READER_STILL_ONLINE : error;
}

static void be_reader(uint64_t number, const char *path)
{
    struct reader_report report = { .number = number };

    (void)prctl(PR_SET_NAME, "loophole-fetch");
    report.error = fetch_file(path, &report);
    report.has_ended = 1;
    report_to_parent(&report);
    _exit(0);
}

/* ---- in the service ---- */

static struct reader_lane *free_lane(struct fetch_readers *readers)
{
    uint32_t busy = 0;
    struct reader_lane *lane = NULL;

    for (int i = 0; i < READER_LANES; i++) {
        busy += readers->lanes[i].pid && !readers->lanes[i].is_over;
        if (!readers->lanes[i].pid && !lane)
            lane = &readers->lanes[i];
    }
    return busy < readers->most ? lane : NULL;
}

bool readers_have_room(const struct fetch_readers *readers)
{
    struct fetch_readers copy = *readers;

    return free_lane(&copy) != NULL;
}

bool readers_begin(struct fetch_readers *readers, uint64_t number, const char *path)
{
    struct reader_lane *lane = free_lane(readers);

    if (!lane)
        return false;
    pid_t pid = child_process_begin(readers->to);
    if (pid == 0)
        be_reader(number, path);
    if (pid < 0)
        return false;
    *lane = (struct reader_lane){ .pid = pid, .number = number };
    patience_begin(&lane->waited, pid);
    return true;
}

static struct reader_lane *lane_of(struct fetch_readers *readers, uint64_t number)
{
    for (int i = 0; i < READER_LANES; i++)
        if (readers->lanes[i].pid && readers->lanes[i].number == number && !readers->lanes[i].is_over)
            return &readers->lanes[i];
    return NULL;
}

/* Frees the lane of a process that ended after its last report, or was killed. */
static void free_if_ended(struct reader_lane *lane)
{
    int status;

    if (lane->is_over && (lane->is_dead || waitpid(lane->pid, &status, WNOHANG) != 0))
        *lane = (struct reader_lane){ 0 };
}

bool readers_take(struct fetch_readers *readers, struct reader_report *to)
{
    while (read(readers->from, to, sizeof(*to)) == (ssize_t)sizeof(*to)) {
        struct reader_lane *lane = lane_of(readers, to->number);
        if (!lane)
            continue;
        patience_begin(&lane->waited, lane->pid);
        lane->ended = clock_steady();
        lane->is_over = to->has_ended;
        free_if_ended(lane);
        return true;
    }
    return false;
}

/* A process that just died may have a last report in the pipe: the next turn judges. */
static bool is_lost(struct reader_lane *lane, usec_t patience)
{
    bool was_dead = lane->is_dead;
    int status;

    if (lane->is_over)
        return false;
    if (!was_dead && patience_is_over(&lane->waited, patience, TURN_US)) {
        (void)kill(lane->pid, SIGKILL);
        lane->ended = clock_steady();
        lane->is_over = true;
        return true;
    }
    lane->is_dead = was_dead || waitpid(lane->pid, &status, WNOHANG) != 0;
    lane->is_over = was_dead;
    return was_dead;
}

void readers_turn(struct fetch_readers *readers, void (*late)(void *state, uint64_t number), void *state)
{
    for (int i = 0; i < READER_LANES; i++) {
        struct reader_lane *lane = &readers->lanes[i];
        uint64_t number = lane->number;
        if (!lane->pid)
            continue;
        if (is_lost(lane, readers->patience))
            late(state, number);
        free_if_ended(lane);
    }
}

void readers_drop(struct fetch_readers *readers, uint64_t number)
{
    struct reader_lane *lane = lane_of(readers, number);

    if (!lane)
        return;
    if (!lane->is_dead)
        (void)kill(lane->pid, SIGKILL);
    lane->ended = clock_steady();
    lane->is_over = true;
    free_if_ended(lane);
}

uint32_t readers_stuck(const struct fetch_readers *readers)
{
    usec_t now = clock_steady();
    uint32_t count = 0;

    for (int i = 0; i < READER_LANES; i++) {
        const struct reader_lane *lane = &readers->lanes[i];
        count += lane->pid && lane->is_over && now - lane->ended > STUCK_US;
    }
    return count;
}
