#include "services/indexer/scan/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "services/indexer/base/naming.h"
#include "services/indexer/scan/new_names.h"
#include "services/indexer/sessions/session_file.h"

enum {
    QUIET_US = 300000,    /* after a folder's last change */
    WRITTEN_US = 2000000, /* after a new file that may still be written */
    BUSY_US = 3000000,    /* interval of reports for a folder that is never quiet */
    SPOT_LISTS = 1 << 16, /* inotify gives numbers in a row */
    EARLY = 64,           /* folders with events that no scan has reported yet */
    LEAVING = 64,         /* folders that moved away and may return under another name */
    LEAVING_US = 500000,
};

/* A watched folder. */
struct watch_spot {
    int wd;
    struct id library;
    char *path;
    bool changed;
    usec_t first, due;       /* of its unreported changes */
    struct watch_spot *next; /* the next changed folder */
    struct watch_spot *same; /* the next one of its list */
};

struct leaving {
    uint32_t cookie; /* 0: none */
    struct id library;
    usec_t since;
    char *path;
};

/* A folder above a library. */
struct watch_above {
    int wd;
    struct id library;
    char *path;    /* of the library */
    char *awaited; /* the name of the missing folder in it; NULL: none is missing */
};

struct watch {
    int fd;
    struct watch_events events;
    struct watch_spot *spots[SPOT_LISTS]; /* by the lowest bits of wd, which may be any number */
    struct watch_above *above;
    uint32_t above_count, above_room;
    struct watch_spot *changed;
    int early[EARLY]; /* -1: free */
    struct leaving leaving[LEAVING];
    struct new_names new_names;
    bool lost;
};

enum err watch_new(const struct watch_events *events, struct watch **watch, struct fault *fault)
{
    struct watch *w = alloc_zeroed(1, sizeof(*w));

    w->events = *events;
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0) {
        free(w);
        fault_errno(fault, ERR_IO, errno, "cannot watch folders");
        return fault_hint(fault, "raise fs.inotify.max_user_instances; until then folders are rescanned");
    }
    memset(w->early, -1, sizeof(w->early));
    *watch = w;
    return ERR_OK;
}

static struct watch_spot *spot_of(const struct watch *watch, int wd)
{
    struct watch_spot *spot = watch->spots[(unsigned)wd % SPOT_LISTS];

    while (spot && spot->wd != wd)
        spot = spot->same;
    return spot;
}

/* NULL: it was the last one. */
static struct watch_spot *next_spot(const struct watch *watch, const struct watch_spot *spot)
{
    if (spot && spot->same)
        return spot->same;
    for (unsigned i = spot ? (unsigned)spot->wd % SPOT_LISTS + 1 : 0; i < SPOT_LISTS; i++)
        if (watch->spots[i])
            return watch->spots[i];
    return NULL;
}

static void unlink_changed(struct watch *watch, struct watch_spot *spot)
{
    struct watch_spot **at = &watch->changed;

    while (*at && *at != spot)
        at = &(*at)->next;
    if (*at)
        *at = spot->next;
    spot->changed = false;
}

static void drop_spot(struct watch *watch, struct watch_spot *spot)
{
    struct watch_spot **at = &watch->spots[(unsigned)spot->wd % SPOT_LISTS];

    if (spot->changed)
        unlink_changed(watch, spot);
    while (*at != spot)
        at = &(*at)->same;
    *at = spot->same;
    free(spot->path);
    free(spot);
}

static void drop_above(struct watch *watch, uint32_t at)
{
    free(watch->above[at].path);
    free(watch->above[at].awaited);
    watch->above[at] = watch->above[--watch->above_count];
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    for (struct watch_spot *spot = next_spot(watch, NULL), *next; spot; spot = next) {
        next = next_spot(watch, spot);
        drop_spot(watch, spot);
    }
    for (int i = 0; i < LEAVING; i++)
        free(watch->leaving[i].path);
    while (watch->above_count)
        drop_above(watch, 0);
    free(watch->above);
    close(watch->fd);
    free(watch);
}

int watch_fd(const struct watch *watch)
{
    return watch ? watch->fd : -1;
}

/* ---- which folders ---- */

static void touch_spot(struct watch *watch, struct watch_spot *spot, usec_t wait)
{
    usec_t now = clock_steady();

    if (!spot->changed) {
        spot->changed = true;
        spot->first = now;
        spot->next = watch->changed;
        watch->changed = spot;
    }
    spot->due = now + wait < spot->first + BUSY_US ? now + wait : spot->first + BUSY_US;
}

static void set_path(struct watch_spot *spot, const char *path)
{
    char *copy = alloc_text(path);

    free(spot->path);
    spot->path = copy;
}

static struct watch_spot *add_spot(struct watch *watch, int wd)
{
    struct watch_spot **list = &watch->spots[(unsigned)wd % SPOT_LISTS], *spot = alloc_zeroed(1, sizeof(*spot));

    spot->wd = wd;
    spot->same = *list;
    *list = spot;
    return spot;
}

static bool take_early(struct watch *watch, int wd)
{
    bool was_early = false;

    for (int i = 0; i < EARLY; i++)
        if (watch->early[i] == wd) {
            watch->early[i] = -1;
            was_early = true;
        }
    return was_early;
}

void watch_add(struct watch *watch, struct id library, int wd, const char *path)
{
    struct watch_spot *spot = spot_of(watch, wd);

    if (!spot)
        spot = add_spot(watch, wd);
    spot->library = library;
    set_path(spot, path);
    if (take_early(watch, wd))
        touch_spot(watch, spot, QUIET_US);
}

bool watch_await(struct watch *watch, struct id library, int wd, const char *path, const char *name)
{
    watch_add_above(watch, library, wd, path);
    watch->above[watch->above_count - 1].awaited = alloc_text(name);
    return take_early(watch, wd);
}

void watch_add_above(struct watch *watch, struct id library, int wd, const char *path)
{
    for (uint32_t i = watch->above_count; i-- > 0;)
        if (watch->above[i].wd == wd && id_equal(watch->above[i].library, library))
            drop_above(watch, i);
    ALLOC_ROOM(watch->above, watch->above_count, watch->above_room, 16);
    watch->above[watch->above_count++] = (struct watch_above){ .wd = wd, .library = library, .path = alloc_text(path) };
}

static bool is_awaited(const struct watch_above *above, const struct inotify_event *event)
{
    return above->awaited && (event->mask & (IN_CREATE | IN_MOVED_TO)) && event->len &&
           strcmp(event->name, above->awaited) == 0;
}

/* The folder stays watched if it moved: it may return. */
static void take_above(struct watch *watch, const struct inotify_event *event)
{
    for (uint32_t i = watch->above_count; i-- > 0;) {
        const struct watch_above *above = &watch->above[i];
        if (above->wd != event->wd)
            continue;
        if (event->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED))
            watch->events.changed(watch->events.state, above->library, above->path);
        if (is_awaited(above, event))
            watch->events.arrived(watch->events.state, above->library, above->path);
        if (event->mask & IN_IGNORED)
            drop_above(watch, i);
    }
}

void watch_forget(struct watch *watch, struct id library)
{
    for (uint32_t i = watch ? watch->above_count : 0; i-- > 0;)
        if (id_equal(watch->above[i].library, library))
            drop_above(watch, i);
    for (struct watch_spot *spot = watch ? next_spot(watch, NULL) : NULL, *next; spot; spot = next) {
        next = next_spot(watch, spot);
        if (!id_equal(spot->library, library))
            continue;
        inotify_rm_watch(watch->fd, spot->wd);
        drop_spot(watch, spot);
    }
}

/* ---- folders that move ---- */

static char *path_in(const struct watch_spot *spot, const char *name)
{
    return alloc_printf("%s/%s", strcmp(spot->path, "/") == 0 ? "" : spot->path, name);
}

static void note_leaving(struct watch *watch, const struct watch_spot *spot, const struct inotify_event *event)
{
    for (int i = 0; i < LEAVING; i++)
        if (watch->leaving[i].cookie == 0) {
            watch->leaving[i] = (struct leaving){ .cookie = event->cookie,
                                                  .library = spot->library,
                                                  .since = clock_steady(),
                                                  .path = path_in(spot, event->name) };
            return;
        }
}

/* Watches stay on a folder that moves; only their paths change. */
static void rename_below(struct watch *watch, const char *from, const char *to)
{
    size_t len = strlen(from);

    for (struct watch_spot *spot = next_spot(watch, NULL); spot; spot = next_spot(watch, spot)) {
        char *path = NULL;
        if (strncmp(spot->path, from, len) != 0 || (spot->path[len] && spot->path[len] != '/'))
            continue;
        path = alloc_printf("%s%s", to, spot->path + len);
        set_path(spot, path);
        free(path);
    }
}

/* False: the folder did not come from another watched folder of the library. */
static bool take_leaving(struct watch *watch, const struct watch_spot *spot, uint32_t cookie, const char *to)
{
    for (int i = 0; i < LEAVING; i++) {
        struct leaving *leaving = &watch->leaving[i];
        if (leaving->cookie != cookie || !leaving->path)
            continue;
        bool stays = id_equal(leaving->library, spot->library);
        if (stays) {
            rename_below(watch, leaving->path, to);
            watch->events.moved(watch->events.state, spot->library, leaving->path, to);
        }
        free(leaving->path);
        *leaving = (struct leaving){ 0 };
        return stays;
    }
    return false;
}

static void note_arriving(struct watch *watch, const struct watch_spot *spot, const struct inotify_event *event)
{
    char *to = path_in(spot, event->name);

    if (!take_leaving(watch, spot, event->cookie, to))
        watch->events.arrived(watch->events.state, spot->library, to);
    free(to);
}

static void forget_leaving(struct watch *watch)
{
    usec_t now = clock_steady();

    for (int i = 0; i < LEAVING; i++)
        if (watch->leaving[i].cookie && now - watch->leaving[i].since > LEAVING_US) {
            free(watch->leaving[i].path);
            watch->leaving[i] = (struct leaving){ 0 };
        }
}

/* ---- events ---- */

static bool is_of_interest(const struct inotify_event *event)
{
    struct bytes name = bytes_of(event->name, event->len ? strlen(event->name) : 0);

    return (event->mask & IN_ISDIR) || event->len == 0 || naming_kind(name) != KIND_OTHER || naming_is_bare(name) ||
           session_file_is(name);
}

/* An entry that is no media file by its name; inotify does not say whether it is a link. */
static void take_unknown(struct watch *watch, const struct watch_spot *spot, const struct inotify_event *event)
{
    if (event->mask & (IN_CREATE | IN_MOVED_TO))
        new_names_add(&watch->new_names, spot->wd, event->name, clock_steady());
    else
        new_names_drop(&watch->new_names, spot->wd, event->name);
    if (event->mask & (IN_DELETE | IN_MOVED_FROM)) {
        char *path = path_in(spot, event->name);
        watch->events.gone(watch->events.state, spot->library, path);
        free(path);
    }
}

static void take_known(struct watch *watch, struct watch_spot *spot, const struct inotify_event *event)
{
    bool folder = event->mask & IN_ISDIR;

    if (!is_of_interest(event)) {
        take_unknown(watch, spot, event);
        return;
    }
    touch_spot(watch, spot, !folder && (event->mask & IN_CREATE) ? WRITTEN_US : QUIET_US);
    if (folder && event->len && (event->mask & IN_MOVED_FROM))
        note_leaving(watch, spot, event);
    if (folder && event->len && (event->mask & IN_MOVED_TO))
        note_arriving(watch, spot, event);
    if (event->mask & IN_IGNORED) {
        watch->events.changed(watch->events.state, spot->library, spot->path);
        drop_spot(watch, spot);
    }
}

/* When there is no room, all is scanned again, so none of the noted folders is needed any more. */
static void note_early(struct watch *watch, int wd)
{
    int *free = NULL;

    for (int i = 0; i < EARLY; i++) {
        if (watch->early[i] == wd)
            return;
        if (watch->early[i] < 0)
            free = &watch->early[i];
    }
    if (free) {
        *free = wd;
        return;
    }
    watch->lost = true;
    memset(watch->early, -1, sizeof(watch->early));
}

static void take_event(struct watch *watch, const struct inotify_event *event)
{
    struct watch_spot *spot = spot_of(watch, event->wd);

    take_above(watch, event);
    if (event->mask & IN_Q_OVERFLOW)
        watch->lost = true;
    else if (spot)
        take_known(watch, spot, event);
    else if (!(event->mask & IN_IGNORED))
        note_early(watch, event->wd);
}

void watch_read(struct watch *watch)
{
    _Alignas(struct inotify_event) char events[16384];
    ssize_t got = read(watch->fd, events, sizeof(events));

    for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= got;) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(events + at);
        take_event(watch, event);
        at += (ssize_t)(sizeof(*event) + event->len);
    }
    if (watch->lost) {
        watch->lost = false;
        watch->events.lost(watch->events.state);
    }
}

static void touch_new_names(struct watch *watch, usec_t now)
{
    int wd;

    while ((wd = new_names_take(&watch->new_names, now)) != 0)
        if (spot_of(watch, wd))
            touch_spot(watch, spot_of(watch, wd), 0);
}

void watch_tick(struct watch *watch)
{
    usec_t now = clock_steady();
    struct watch_spot *next;

    forget_leaving(watch);
    touch_new_names(watch, now);
    for (struct watch_spot *spot = watch->changed; spot; spot = next) {
        next = spot->next;
        if (spot->due > now)
            continue;
        unlink_changed(watch, spot);
        watch->events.changed(watch->events.state, spot->library, spot->path);
    }
}
