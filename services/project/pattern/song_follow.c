#include "services/project/pattern/song_follow.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/process/log.h"
#include "schema_audio.h"
#include "services/project/parts/parts.h"
#include "services/project/pattern/slot.h"
#include "services/project/pattern/song.h"
#include "services/project/sound/sound.h"

enum { TICK_US = 500000, BUDGET_MS = 10000 };

struct song_following {
    struct project *p;
    bool is_busy, is_ticking, looks_again;
    uint64_t pattern;   /* that plays, as an entry of a song */
    uint32_t entry;     /* that is given to the core next */
    uint32_t passed;    /* entries that cannot be played, since one could */
    uint64_t revisions; /* of the song and its slots, before the last look gave an entry */
    struct arena arena; /* of a look */
};

static void look_at_core(struct song_following *s);

static void tick_following(void *state)
{
    look_at_core(state);
}

/* Starts or stops a regular look at the core. It is needed while a song plays, because an event may be lost, and at the
 * start, because the core may be away. */
static void set_ticking(struct song_following *s, bool ticks)
{
    if (s->is_ticking != ticks)
        service_every(s->p->service, ticks ? TICK_US : 0, tick_following, s);
    s->is_ticking = ticks;
}

static void end_look(struct song_following *s)
{
    s->is_busy = false;
    if (s->looks_again)
        look_at_core(s);
}

/* ---- the next entry ---- */

/* Differs when the song or one of its slots has changed: each change has a higher revision. */
static uint64_t sum_revisions(struct song_following *s, struct txn *txn, const struct element *project,
                              const struct song *song)
{
    uint64_t sum = project->revision;
    struct slot_row row;

    for (uint32_t i = 0; i < song->entries.count; i++) {
        const struct song_entry *entry = &song->entries.at[i];
        const uint32_t number = (uint32_t)((entry->bank - 1) * SLOTS_BANK + entry->slot);
        slot_read_row(txn, &s->arena, project->project, number, &row);
        sum += row.revision;
    }
    return sum;
}

/* False also while the core plays what another project had. `revisions` may be NULL. */
static bool read_open_song(struct song_following *s, struct song *to, uint64_t *revisions)
{
    struct element project;
    struct tree body;
    struct txn *txn;
    struct id open;
    bool is_read;

    if (project_read(s->p, &txn, NULL) != ERR_OK)
        return false;
    is_read = elements_current(txn, &s->arena, &open) == ERR_OK && sound_is_of(s->p, open) &&
              parts_get(txn, &s->arena, open, &project) == ERR_OK &&
              tree_read(project.body, &s->arena, &body, NULL) == ERR_OK;
    if (is_read)
        song_read(&body, &s->arena, to);
    if (is_read && revisions)
        *revisions = sum_revisions(s, txn, &project, to);
    txn_end(txn);
    return is_read;
}

static void take_given(void *state, enum err error, const void *answer, const struct fault *fault);

static bool give_entry(struct song_following *s, uint32_t entry)
{
    const struct project_play_song ask = { .entry = entry, .has_after = true, .after = s->pattern };
    struct fault fault = { 0 };

    s->entry = entry;
    return entry > 0 &&
           service_ask(s->p->service, "project.play_song", &ask, BUDGET_MS, NULL, take_given, s, &fault) == ERR_OK;
}

/* The pattern of the entry is gone or damaged, or its file cannot be read. */
static bool is_refused(enum err error)
{
    return error == ERR_NOT_FOUND || error == ERR_BAD_REQUEST || error == ERR_VERSION || error == ERR_DENIED ||
           error == ERR_TOO_LARGE || error == ERR_IO;
}

static void take_given(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct song_following *s = state;
    struct song song;

    (void)answer;
    arena_reset(&s->arena);
    if (is_refused(error) && read_open_song(s, &song, NULL)) {
        log_warn("entry %u of the song is skipped: %s", s->entry, fault->what);
        if (++s->passed < song.entries.count && give_entry(s, song_next(&song, s->entry)))
            return;
    } else if (error == ERR_OK) {
        s->passed = 0;
    }
    end_look(s);
}

/* ---- looking ---- */

static void take_transport(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct song_following *s = state;
    const struct transport_state *now = answer;
    uint64_t revisions;
    struct song song;

    (void)fault;
    arena_reset(&s->arena);
    set_ticking(s, error != ERR_OK || now->has_song);
    if (error == ERR_OK && now->has_song && !now->has_queued_bar && read_open_song(s, &song, &revisions)) {
        s->passed = s->pattern == now->pattern && s->revisions == revisions ? s->passed : 0;
        s->pattern = now->pattern;
        s->revisions = revisions;
        if (s->passed < song.entries.count && give_entry(s, song_next(&song, (uint32_t)now->song)))
            return;
    }
    end_look(s);
}

static void look_at_core(struct song_following *s)
{
    struct fault fault = { 0 };

    s->looks_again = s->is_busy;
    if (s->is_busy)
        return;
    s->is_busy = service_ask(s->p->service, "audio.transport", &(const char){ 0 }, BUDGET_MS, NULL, take_transport, s,
                             &fault) == ERR_OK;
    if (!s->is_busy)
        set_ticking(s, true);
}

void song_follow(struct project *p)
{
    set_ticking(p->song, true);
    look_at_core(p->song);
}

static void take_began(void *state, const void *body, bool gap)
{
    (void)body, (void)gap;
    look_at_core(state);
}

enum err song_follow_open(struct project *p, struct fault *fault)
{
    struct song_following *s = alloc_zeroed(1, sizeof(*s));

    s->p = p;
    p->song = s;
    if (service_subscribe(p->service, "audio.pattern_began", take_began, s) != ERR_OK)
        return fault_set(fault, ERR_FULL, "no room to subscribe to the audio core");
    set_ticking(s, true);
    return ERR_OK;
}

void song_follow_close(struct project *p)
{
    if (!p->song)
        return;
    arena_free(&p->song->arena);
    free(p->song);
    p->song = NULL;
}
