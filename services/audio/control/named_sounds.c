#include "services/audio/control/named_sounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "schema_streamer.h"
#include "services/audio/control/change.h"
#include "services/audio/control/core.h"

enum { LOAD_MS = 10000, MARGIN_MS = 500, AT_ONCE = 64 /* asks of the streamer */ };
enum {
    USED_FLOATS = SOUNDS_BYTES / sizeof(float) / 2,
    USED_SLOTS = SOUNDS / 2,
    RELEASES_A_TICK = 32,
    RELEASE_MS = 1000,
    ROOM_US = 2000000
};

/* ---- slots ---- */

static bool is_loaded(const struct sounds_memory *sounds, uint32_t slot)
{
    return slot < SOUNDS && atomic_load(&sounds->entries[slot].state) == SOUND_READY;
}

/* Writes the loaded slots as "0 to 2, 7", as far as they fit. */
static void write_loaded(const struct sounds_memory *sounds, char to[80])
{
    size_t len = 0;

    to[0] = '\0';
    for (uint32_t first = 0, last; first < SOUNDS && len < 60; first = last + 1) {
        last = first;
        if (!is_loaded(sounds, first))
            continue;
        while (is_loaded(sounds, last + 1))
            last++;
        len += (size_t)snprintf(to + len, 80 - len, last > first ? "%s%u to %u" : "%s%u", len ? ", " : "", first, last);
    }
}

enum err named_slot(const struct audio *audio, uint64_t slot, uint64_t *generation, struct fault *fault)
{
    const struct sounds_memory *sounds = studio_sounds(audio->studio);
    char loaded[80];

    if (slot < SOUNDS && is_loaded(sounds, (uint32_t)slot)) {
        uint64_t now = atomic_load(&sounds->entries[slot].generation);

        *generation = *generation ? *generation : now;
        if (*generation == now)
            return ERR_OK;
        fault_set(fault, ERR_NOT_FOUND,
                  "sound %llu is of generation %llu now, not %llu: another sound was loaded there",
                  (unsigned long long)slot, (unsigned long long)now, (unsigned long long)*generation);
    } else {
        write_loaded(sounds, loaded);
        fault_set(fault, ERR_NOT_FOUND, "no sound is in slot %llu; sounds are in: %s", (unsigned long long)slot,
                  *loaded ? loaded : "none");
    }
    return fault_hint(fault, "streamer.load_sound loads a file into a slot, streamer.sounds lists them; "
                             "an `id` names a media item instead");
}

bool named_item(const struct audio *audio, uint64_t slot, uint64_t generation, struct id *id)
{
    const struct sound_entry *entry;

    if (slot >= SOUNDS || !is_loaded(studio_sounds(audio->studio), (uint32_t)slot))
        return false;
    entry = &studio_sounds(audio->studio)->entries[slot];
    memcpy(id->b, entry->media, sizeof(id->b));
    return atomic_load(&entry->generation) == generation && !id_is_zero(*id);
}

/* ---- media items ---- */

struct load {
    struct loads *all;
    struct named_sound sound;
    const struct load *first; /* an earlier one of the same item, which is loaded for both; or NULL */
    char why[256];            /* "": loaded */
    bool again;               /* a later try may succeed */
    bool is_loaded;           /* into `slot` */
    bool waits, has_waited;   /* for room */
    uint32_t slot;
};

struct loads {
    struct loads *older; /* that is open too */
    struct audio *audio;
    struct call *call; /* valid, like its arena, while the ticket is open */
    struct ticket ticket;
    named_done *done;
    void *ask;
    usec_t until; /* for a load that waits for room */
    uint32_t count, next, waiting;
    struct load each[];
};

static struct silent_sound_list list_silent(const struct loads *all)
{
    struct arena *arena = call_arena(all->call);
    struct silent_sound_list list = { 0, arena_array(arena, all->count, sizeof(*list.at)) };

    for (uint32_t i = 0; i < all->count; i++) {
        const struct load *load = &all->each[i];
        if (load->why[0])
            list.at[list.count++] = (struct silent_sound){ .index = load->sound.index,
                                                           .name = load->sound.name,
                                                           .id = load->sound.id,
                                                           .why = arena_text(arena, text_of(load->why)),
                                                           .has_again = true,
                                                           .again = load->again };
    }
    return list;
}

static const struct load *first_of(const struct loads *all, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (id_equal(all->each[i].sound.id, all->each[at].sound.id))
            return &all->each[i];
    return NULL;
}

static void share_firsts(struct loads *all)
{
    for (uint32_t i = 0; i < all->count; i++) {
        struct load *load = &all->each[i];
        if (!load->first)
            continue;
        *load->sound.has_sound = *load->first->sound.has_sound;
        *load->sound.sound = *load->first->sound.sound;
        *load->sound.generation = *load->first->sound.generation;
        memcpy(load->why, load->first->why, sizeof(load->why));
        load->again = load->first->again;
    }
}

static void close_loads(struct loads *all)
{
    struct loads **link = &all->audio->named.open;

    while (*link != all)
        link = &(*link)->older;
    *link = all->older;
    all->audio->named.is_due = true;
}

static void finish_loads(struct loads *all)
{
    struct service *service = all->audio->service;

    close_loads(all);
    if (ticket_is_open(service, all->ticket)) {
        share_firsts(all);
        struct call *call = all->call;
        void *answer = arena_alloc(call_arena(call), call_ask(call)->answer->size);
        enum err e = all->done(all->audio, call, all->ask, list_silent(all), answer);

        if (e == ERR_OK)
            change_send(all->audio, call, all->ticket, answer);
        else
            ticket_fail(service, all->ticket, call_fault(call));
    }
    free(all);
}

static void count_down(struct loads *all)
{
    if (--all->waiting == 0)
        finish_loads(all);
}

static uint32_t budget_of(const struct call *call)
{
    int64_t left = (call_deadline(call) - clock_steady()) / 1000 - MARGIN_MS;

    return left < 1 ? 1 : left > LOAD_MS ? LOAD_MS : (uint32_t)left;
}

static void note_failure(struct load *load, enum err error, const struct fault *fault)
{
    (void)snprintf(load->why, sizeof(load->why), "%.*s", (int)sizeof(load->why) - 1, fault->what);
    load->again = err_is_transient(error) || error == ERR_IO;
}

static void take_loaded(void *state, enum err error, const void *answer, const struct fault *fault);

/* False: the load has failed. */
static bool begin_load(struct load *load)
{
    struct loads *all = load->all;
    struct streamer_load_sound request = {
        .has_id = true, .id = load->sound.id, .has_unheld = true, .unheld = !load->sound.is_held
    };
    struct fault fault = { 0 };

    *load->sound.has_sound = false;
    if (service_ask(all->audio->service, "streamer.load_sound", &request, budget_of(all->call), NULL, take_loaded, load,
                    &fault) == ERR_OK) {
        all->waiting++;
        all->audio->named.asked++;
        return true;
    }
    note_failure(load, fault.code, &fault);
    return false;
}

static void begin_next(struct loads *all)
{
    while (all->next < all->count && ticket_is_open(all->audio->service, all->ticket)) {
        struct load *load = &all->each[all->next++];
        if (!load->first && begin_load(load))
            return;
    }
}

static void note_slot(struct load *load, uint32_t slot)
{
    struct named_loads *named = &load->all->audio->named;

    load->is_loaded = true;
    load->slot = slot;
    named->used[slot] = load->all->audio->sets;
    named->asked_to_leave[slot] = 0;
}

static void wait_for_room(struct load *load)
{
    load->waits = true;
    load->all->waiting++;
    load->all->audio->named.is_due = true;
}

static void take_loaded(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct loaded_sound *sound = answer;
    struct load *load = state;

    load->all->audio->named.asked--;
    if (error == ERR_OK)
        note_slot(load, (uint32_t)sound->sound % SOUNDS);
    else
        note_failure(load, error, fault);
    if (error == ERR_FULL && !load->has_waited) {
        wait_for_room(load);
    } else if (error == ERR_OK && ticket_is_open(load->all->audio->service, load->all->ticket)) {
        load->why[0] = '\0';
        *load->sound.has_sound = true;
        *load->sound.sound = sound->sound;
        *load->sound.generation = sound->generation;
    }
    begin_next(load->all);
    count_down(load->all);
}

enum err named_load(struct audio *audio, struct call *call, const struct named_sound *sounds, uint32_t count,
                    named_done *done, void *ask)
{
    struct loads *all;

    if (count > NAMED_SOUNDS)
        return refuse(call, ERR_FULL, "%u sounds are too many: %d at most", count, NAMED_SOUNDS);
    all = alloc_zeroed(1, sizeof(*all) + count * sizeof(*all->each));
    *all = (struct loads){ .older = audio->named.open,
                           .audio = audio,
                           .call = call,
                           .ticket = call_defer(call),
                           .done = done,
                           .ask = ask,
                           .until = clock_steady() + ROOM_US };
    if (all->ticket.number == 0) {
        free(all);
        return ERR_BUSY;
    }
    audio->named.open = all;
    all->count = count;
    all->waiting = 1; /* counts this loop itself */
    for (uint32_t i = 0; i < count; i++) {
        all->each[i] = (struct load){ .all = all, .sound = sounds[i] };
        all->each[i].first = first_of(all, i);
    }
    for (uint32_t i = 0; i < AT_ONCE; i++)
        begin_next(all);
    count_down(all);
    return ERR_OK;
}

/* ---- room for other sounds ---- */

struct room {
    bool is_used[SOUNDS]; /* by a pad, a row, or an ask that is not done */
    uint64_t floats;
    uint32_t slots;
    bool is_leaving; /* a sound leaves */
};

static void use_slot(struct room *room, uint32_t slot)
{
    if (slot < SOUNDS)
        room->is_used[slot] = true;
}

static void use_pads(struct room *room, const struct score_pad pads[SCORE_PADS])
{
    for (uint32_t i = 0; i < SCORE_PADS; i++) {
        use_slot(room, pads[i].sound);
        for (uint32_t n = 0; n < pads[i].layer_count && n < SCORE_LAYERS; n++)
            use_slot(room, pads[i].layers[n].sound);
    }
}

static void use_rows(struct room *room, const struct score_pattern *pattern)
{
    for (uint32_t i = 0; i < SCORE_ROWS; i++)
        if (pattern->rows[i].used)
            use_slot(room, pattern->rows[i].sound);
}

static void use_loads(struct room *room, const struct loads *all)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (all->each[i].is_loaded)
            use_slot(room, all->each[i].slot);
}

static void find_uses(struct audio *audio, struct room *room)
{
    const struct score *score = &audio->score;

    use_pads(room, score->pads);
    if (score->pads_set)
        use_pads(room, score->earlier_pads);
    use_rows(room, &score->now);
    use_rows(room, &score->next);
    use_rows(room, &audio->replaced.pattern);
    for (const struct loads *all = audio->named.open; all; all = all->older)
        use_loads(room, all);
    for (uint32_t i = 0; i < SOUNDS; i++)
        if (room->is_used[i])
            audio->named.used[i] = audio->sets;
}

static uint64_t count_floats(const struct sound_entry *entry)
{
    return (uint64_t)atomic_load(&entry->frames) * atomic_load(&entry->channels);
}

static void measure_room(const struct sounds_memory *sounds, struct room *room)
{
    for (uint32_t i = 0; i < SOUNDS; i++) {
        const uint32_t state = atomic_load(&sounds->entries[i].state);

        room->is_leaving |= state == SOUND_LEAVING;
        if (state == SOUND_READY) {
            room->floats += count_floats(&sounds->entries[i]);
            room->slots++;
        }
    }
}

static void take_released(void *state, enum err error, const void *answer, const struct fault *fault)
{
    uint64_t *asked_to_leave = state;

    (void)answer, (void)fault;
    if (error != ERR_OK)
        *asked_to_leave = 0;
}

/* The sound that no pad and no row uses, and that was used least recently. SOUNDS: none. */
static uint32_t find_unused(const struct audio *audio, const struct room *room)
{
    const struct sounds_memory *sounds = studio_sounds(audio->studio);
    const struct named_loads *named = &audio->named;
    uint32_t found = SOUNDS;

    for (uint32_t i = 0; i < SOUNDS; i++)
        if (!room->is_used[i] && is_loaded(sounds, i) && atomic_load(&sounds->entries[i].unheld) &&
            named->asked_to_leave[i] != atomic_load(&sounds->entries[i].generation) &&
            (found == SOUNDS || named->used[i] < named->used[found]))
            found = i;
    return found;
}

/* False: there is none, or the streamer cannot be asked. */
static bool release_unused(struct audio *audio, struct room *room)
{
    const uint32_t slot = find_unused(audio, room);

    if (slot == SOUNDS)
        return false;
    const struct sound_entry *entry = &studio_sounds(audio->studio)->entries[slot];
    uint64_t *asked_to_leave = &audio->named.asked_to_leave[slot];
    const struct streamer_release_sound request = {
        .sound = slot, .generation = atomic_load(&entry->generation), .has_unheld = true, .unheld = true
    };

    room->is_used[slot] = room->is_leaving = true;
    room->floats -= count_floats(entry);
    room->slots--;
    *asked_to_leave = request.generation;
    if (service_ask(audio->service, "streamer.release_sound", &request, RELEASE_MS, NULL, take_released, asked_to_leave,
                    NULL) == ERR_OK)
        return true;
    *asked_to_leave = 0;
    return false;
}

/* Releases what no load and no score needs, with `all` also below half of the memory. True: more room may come. */
static bool make_room(struct audio *audio, bool all)
{
    struct room room = { 0 };

    measure_room(studio_sounds(audio->studio), &room);
    if (!all && room.floats <= USED_FLOATS && room.slots <= USED_SLOTS)
        return false;
    find_uses(audio, &room);
    for (uint32_t i = 0; i < RELEASES_A_TICK && (all || room.floats > USED_FLOATS || room.slots > USED_SLOTS); i++)
        if (!release_unused(audio, &room))
            break;
    return room.is_leaving;
}

static bool waits_for_room(const struct loads *all)
{
    for (uint32_t i = 0; i < all->count; i++)
        if (all->each[i].waits)
            return true;
    return false;
}

/* Loads again what waits for room. `all` may be freed. */
static void retry_for_room(struct loads *all)
{
    all->waiting++; /* counts this loop itself */
    for (uint32_t i = 0; i < all->count; i++) {
        struct load *load = &all->each[i];

        if (!load->waits)
            continue;
        load->waits = false;
        load->has_waited = true;
        if (ticket_is_open(all->audio->service, all->ticket))
            (void)begin_load(load);
        count_down(all);
    }
    count_down(all);
}

/* The core hits a sound until it has the score that does not use it any more. */
static bool has_newest_score(const struct audio *audio)
{
    struct state state;

    return core_state(audio, &state) && state.score_serial >= audio->score.serial;
}

void named_tick(struct audio *audio)
{
    struct named_loads *named = &audio->named;
    struct loads *older;
    bool waits = false, may_come = true;

    if (!named->is_due)
        return;
    for (const struct loads *all = named->open; all; all = all->older)
        waits |= waits_for_room(all);
    if (named->asked == 0 && has_newest_score(audio))
        named->is_due = may_come = make_room(audio, waits);
    for (struct loads *all = named->open; all; all = older) {
        older = all->older;
        if (waits_for_room(all) && (!may_come || clock_steady() >= all->until))
            retry_for_room(all);
    }
    named->is_due |= waits;
}
