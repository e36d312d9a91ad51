#include "services/availability/mounts/mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "services/availability/mounts/removals.h"

enum {
    LOOK_EVERY_US = 3000000,
    LATER_MOST = 4,   /* 3 s, doubled so often: 48 s */
    LOST_US = 100000, /* after a look whose process ended without a report */
};

enum err mounts_open(struct mounts *mounts, struct fault *fault)
{
    *mounts = (struct mounts){ 0 };
    return looks_open(&mounts->looks, fault);
}

static void free_line(struct mount_line *line)
{
    free(line->target);
    free(line->source);
    free(line->type);
    free(line->root);
    *line = (struct mount_line){ 0 };
}

void mounts_close(struct mounts *mounts)
{
    looks_close(&mounts->looks);
    for (uint32_t i = 0; i < mounts->count; i++)
        free_line(&mounts->at[i].line);
    free(mounts->at);
    for (char *place; (place = mounts_take_left(mounts));)
        free(place);
    free(mounts->left);
}

/* ---- mounts that are gone ---- */

static void note_left(struct mounts *mounts, struct mount *old)
{
    if (old->line.is_special)
        return;
    ALLOC_ROOM(mounts->left, mounts->left_count, mounts->left_room, 16);
    mounts->left[mounts->left_count++] = old->line.target;
    old->line.target = NULL;
}

char *mounts_take_left(struct mounts *mounts)
{
    return mounts->left_count ? mounts->left[--mounts->left_count] : NULL;
}

/* ---- comparing the table ---- */

static int by_line(const void *a, const void *b)
{
    const struct mount_line *x = &((const struct mount *)a)->line, *y = &((const struct mount *)b)->line;
    int order = (x->id > y->id) - (x->id < y->id);

    if (order == 0)
        order = (x->device > y->device) - (x->device < y->device);
    if (order == 0)
        order = strcmp(x->target, y->target);
    return order ? order : strcmp(x->source, y->source);
}

static void begin_mount(struct mounts *mounts, struct mount *mount)
{
    mount->number = ++mounts->numbers;
    mounts->changes++;
    mount->state = MOUNT_NEW;
    mount->is_pulled = removals_is_gone(mount->line.device); /* while this service was down */
    if (!mount->line.is_special)
        mount->next = 1;
    if (mount->line.is_special || mount->line.target[0] != '/' || mount->line.target[1] == 0) {
        mount->state = MOUNT_HERE;
        mount->next = 0;
        strcpy(mount->found.identity, "root");
        strcpy(mount->found.device, "root");
    }
}

/* A mount that is still there keeps its state and its look in progress. */
static void keep_state(struct mount *now, struct mount *was)
{
    struct mount_line line = now->line;

    *now = *was;
    now->line = line;
    was->number = 0; /* `now` continues it */
}

static void count_bad(struct mounts *mounts)
{
    mounts->bad = 0;
    for (uint32_t i = 0; i < mounts->count; i++)
        mounts->bad += mounts->at[i].state == MOUNT_DEAD || mounts->at[i].state == MOUNT_HUNG;
}

static int by_target(const void *a, const void *b)
{
    const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;
    int order = strcmp(x->line.target, y->line.target);

    return order ? order : x < y ? -1 : x > y;
}

static int by_parent(const void *a, const void *b)
{
    const struct mount *x = *(struct mount *const *)a, *y = *(struct mount *const *)b;
    int order = strcmp(x->line.target, y->line.target);

    return order ? order : (x->line.parent > y->line.parent) - (x->line.parent < y->line.parent);
}

/* True if another mount lies on this one, at the same place. */
static bool lies_below(struct mount **by_parents, uint32_t count, const struct mount *mount)
{
    const struct mount above = { .line = { .target = mount->line.target, .parent = mount->line.id } };
    const struct mount *key = &above;

    return bsearch(&key, by_parents, count, sizeof(key), by_parent) != NULL;
}

static void set_covered(struct mounts *mounts, struct mount *mount, bool is_covered)
{
    if (!is_covered && mount->is_covered)
        mounts_look_now(mount);
    mounts->changes += is_covered != mount->is_covered;
    mount->is_covered = is_covered;
}

/* If several mounts have one place, only the one at the top is visible: usually the last line of the table, but a mount
 * that was moved there keeps its line. A look finds out whether a mount above the place hides it. */
static void cover_mounts(struct mounts *mounts)
{
    struct mount **sorted = alloc_array(2 * mounts->count + 1, sizeof(struct mount *));
    struct mount **by_parents = sorted + mounts->count;

    for (uint32_t i = 0; i < mounts->count; i++)
        sorted[i] = by_parents[i] = &mounts->at[i];
    qsort(sorted, mounts->count, sizeof(struct mount *), by_target);
    qsort(by_parents, mounts->count, sizeof(struct mount *), by_parent);
    for (uint32_t i = 0, end; i < mounts->count; i = end) {
        for (end = i + 1; end < mounts->count && strcmp(sorted[i]->line.target, sorted[end]->line.target) == 0;)
            end++;
        uint32_t top = end - 1;
        while (top > i && lies_below(by_parents, mounts->count, sorted[top]))
            top--;
        for (uint32_t j = i; j < end; j++)
            set_covered(mounts, sorted[j], j != top);
    }
    free(sorted);
}

static void drop_old(struct mounts *mounts, struct mount *old, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (old[i].number) {
            looks_drop(&mounts->looks, old[i].number);
            mounts->changes++;
            note_left(mounts, &old[i]);
        }
        free_line(&old[i].line);
    }
    free(old);
}

enum err mounts_read(struct mounts *mounts, struct fault *fault)
{
    struct mount_lines lines;
    struct mount *old = mounts->at;
    uint32_t old_count = mounts->count;
    usec_t began = clock_steady();
    enum err e = volume_read_mounts(&lines, fault);

    if (e != ERR_OK)
        return e;
    mounts->read_at = began;
    if (old_count)
        qsort(old, old_count, sizeof(*old), by_line);
    mounts->at = alloc_zeroed(lines.count + 1, sizeof(*mounts->at));
    mounts->count = lines.count;
    for (uint32_t i = 0; i < lines.count; i++) {
        struct mount *now = &mounts->at[i];
        now->line = lines.at[i];
        struct mount *was = old_count ? bsearch(now, old, old_count, sizeof(*old), by_line) : NULL;
        if (was && was->number)
            keep_state(now, was);
        else
            begin_mount(mounts, now);
    }
    free(lines.at);
    cover_mounts(mounts);
    drop_old(mounts, old, old_count);
    count_bad(mounts);
    return ERR_OK;
}

/* ---- paths ---- */

static struct bytes target_of(const struct mount *mount)
{
    return bytes_of(mount->line.target, strlen(mount->line.target));
}

static bool lies_on(struct bytes path, const struct mount *mount)
{
    struct bytes target = target_of(mount);

    return target.len == 1 || bytes_equal(path, target) || bytes_path_contains(target, path);
}

/* The longest target of those that nothing hides. */
struct mount *mounts_covering(const struct mounts *mounts, struct bytes path)
{
    struct mount *best = NULL;
    size_t best_len = 0;

    for (uint32_t i = 0; i < mounts->count; i++) {
        struct mount *mount = &mounts->at[i];
        size_t len = target_of(mount).len;
        if (!mount->is_covered && lies_on(path, mount) && len >= best_len) {
            best = mount;
            best_len = len;
        }
    }
    return best;
}

uint64_t mounts_seen(const struct mounts *mounts, struct bytes path)
{
    uint64_t seen = 1;

    for (uint32_t i = 0; i < mounts->count; i++) {
        const struct mount *mount = &mounts->at[i];
        if (lies_on(path, mount) || bytes_path_contains(path, target_of(mount)))
            seen = seen * UINT64_C(1099511628211) + mount->number;
    }
    return seen;
}

/* ---- looks ---- */

static bool is_bad(const struct mount *mount)
{
    return mount->state == MOUNT_DEAD || mount->state == MOUNT_HUNG;
}

/* The path of this mount leads through a mount that does not answer, so a look would hang there too. */
static const struct mount *bad_above(const struct mounts *mounts, const struct mount *mount)
{
    const struct bytes target = target_of(mount);

    for (uint32_t i = 0; mounts->bad && i < mounts->count; i++) {
        const struct mount *above = &mounts->at[i];
        if (!above->is_covered && is_bad(above) && above != mount && !bytes_equal(target_of(above), target) &&
            lies_on(target, above))
            return above;
    }
    return NULL;
}

static void plan_next(struct mount *mount)
{
    usec_t now = clock_steady();
    uint32_t times = mount->failures < LATER_MOST ? mount->failures : LATER_MOST;

    if (is_bad(mount))
        mount->next = now + ((usec_t)LOOK_EVERY_US << (times ? times - 1 : 0));
    else
        mount->next = mount->is_used ? now + LOOK_EVERY_US : 0;
}

static void set_state(struct mounts *mounts, struct mount *mount, enum mount_state state, int error)
{
    mounts->changes += state != mount->state || error != mount->error;
    mounts->bad -= is_bad(mount);
    mount->state = state;
    mount->error = error;
    mounts->bad += is_bad(mount);
    mount->failures = is_bad(mount) ? mount->failures + 1 : 0;
    mount->is_looked_at = false;
    mount->looked = mount->began;
    plan_next(mount);
}

static struct mount *mount_numbered(struct mounts *mounts, uint64_t number)
{
    for (uint32_t i = 0; i < mounts->count; i++)
        if (mounts->at[i].number == number)
            return &mounts->at[i];
    return NULL;
}

static void mark_hung(void *state, uint64_t number)
{
    struct mounts *mounts = state;
    struct mount *mount = mount_numbered(mounts, number);

    if (mount && mount->is_looked_at)
        set_state(mounts, mount, MOUNT_HUNG, 0);
}

/* Another look follows. It is unknown whether this look wrote the marker that it had to write. */
static void look_again(void *state, uint64_t number)
{
    struct mounts *mounts = state;
    struct mount *mount = mount_numbered(mounts, number);

    if (!mount || !mount->is_looked_at)
        return;
    if (mount->is_marking) {
        mount->mark_error = EINTR;
        set_state(mounts, mount, mount->state, mount->error);
    }
    mount->is_looked_at = false;
    mount->next = clock_steady() + LOST_US;
}

static bool is_same_volume(const struct volume_found *a, const struct volume_found *b)
{
    return strcmp(a->identity, b->identity) == 0 && strcmp(a->device, b->device) == 0 &&
           strcmp(a->label, b->label) == 0 && a->backend == b->backend;
}

/* The look saw another mount at its place. If the table was read since the look began, the mount may be back there. If
 * not, either the table has changed and is read soon, or the mount is hidden until it does. */
static void take_elsewhere(struct mounts *mounts, struct mount *mount)
{
    mount->is_looked_at = false;
    if (mount->is_marking)
        set_state(mounts, mount, mount->state, mount->error); /* the question gets the error of the mark */
    if (mounts->read_at >= mount->began) {
        mount->next = 1;
        return;
    }
    set_state(mounts, mount, MOUNT_NEW, 0);
    mount->is_covered = true;
    mount->next = 0;
    mounts->changes++;
}

static void take_look_report(struct mounts *mounts, const struct look_report *report)
{
    struct mount *mount = mount_numbered(mounts, report->mount);

    if (!mount)
        return;
    mount->mark_error = report->mark_error;
    if (report->error == VOLUME_ELSEWHERE) {
        take_elsewhere(mounts, mount);
        return;
    }
    const int error = report->error ? report->error : mount->is_pulled ? ENODEV : 0;
    enum mount_state state = error ? MOUNT_DEAD : MOUNT_HERE;
    if (state == MOUNT_HERE) {
        mounts->changes += !is_same_volume(&mount->found, &report->found);
        mount->found = report->found;
    }
    set_state(mounts, mount, state, error);
}

/* Another look would hang too, and occupy a lane. */
static bool would_hang(const struct mounts *mounts, const struct mount *mount)
{
    return bad_above(mounts, mount) || looks_is_late(&mounts->looks, mount->number);
}

static void begin_look(struct mounts *mounts, struct mount *mount)
{
    mount->began = clock_steady();
    if (would_hang(mounts, mount)) {
        set_state(mounts, mount, MOUNT_HUNG, 0);
        return;
    }
    mount->is_marking = false;
    mount->is_looked_at = looks_begin(&mounts->looks, mount->number, &mount->line, NULL, false);
}

void mounts_turn(struct mounts *mounts)
{
    struct look_report report;
    usec_t now = clock_steady();

    while (looks_take(&mounts->looks, &report))
        take_look_report(mounts, &report);
    looks_turn(&mounts->looks, &(struct look_events){ mark_hung, look_again, mounts });
    for (uint32_t i = 0; i < mounts->count; i++) {
        struct mount *mount = &mounts->at[i];
        if (mount->is_looked_at || mount->is_covered || !mount->next || mount->next > now)
            continue;
        begin_look(mounts, mount);
    }
}

void mounts_look_now(struct mount *mount)
{
    if (!mount->line.is_special && mount->line.target[1])
        mount->next = 1;
}

void mounts_note_removal(struct mounts *mounts, const struct device_event *removal)
{
    for (uint32_t i = 0; i < mounts->count; i++) {
        struct mount *mount = &mounts->at[i];
        if (mount->line.device != removal->device || mount->is_pulled == !removal->is_back)
            continue;
        mount->is_pulled = !removal->is_back;
        mounts_look_now(mount);
    }
}

bool mounts_mark(struct mounts *mounts, struct mount *mount, const char *word, bool replace)
{
    if (mount->is_looked_at || mount->line.is_special || !mount->line.target[1])
        return false;
    mount->began = clock_steady();
    mount->mark_error = 0;
    if (would_hang(mounts, mount)) {
        set_state(mounts, mount, MOUNT_HUNG, 0);
        return true;
    }
    mount->is_marking = true;
    mount->is_looked_at = looks_begin(&mounts->looks, mount->number, &mount->line, word, replace);
    return mount->is_looked_at;
}

/* ---- words ---- */

struct text mounts_why(const struct mount *mount, struct arena *arena)
{
    if (mount->state == MOUNT_HUNG)
        return arena_printf(arena, "the file system at %.200s does not answer", mount->line.target);
    if (mount->state == MOUNT_DEAD)
        return arena_printf(arena, "the file system at %.150s is mounted but dead: %s", mount->line.target,
                            strerror(mount->error));
    return TEXT("");
}

uint32_t mounts_hung(const struct mounts *mounts)
{
    uint32_t hung = 0;

    for (uint32_t i = 0; i < mounts->count; i++)
        hung += mounts->at[i].state == MOUNT_HUNG && !mounts->at[i].is_covered;
    return hung;
}
