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

static struct sound_entry *entry_at(const struct audio *audio, uint32_t slot)
{
    return &studio_sounds(audio->studio)->entries[slot];
}

/* False also when its release was asked. */
static bool is_loaded(const struct audio *audio, uint64_t slot)
{
    return slot < SOUNDS && atomic_load(&entry_at(audio, (uint32_t)slot)->state) == SOUND_READY &&
           atomic_load(&entry_at(audio, (uint32_t)slot)->generation) != audio->named.each[slot].leaves;
}

/* Writes the loaded slots as "0 to 2, 7", as far as they fit. */
static void write_loaded(const struct audio *audio, char to[80])
{
    size_t len = 0;

    to[0] = '\0';
    for (uint32_t first = 0, last; first < SOUNDS && len < 60; first = last + 1) {
        last = first;
        if (!is_loaded(audio, first))
            continue;
        while (is_loaded(audio, last + 1))
            last++;
        len += (size_t)snprintf(to + len, 80 - len, last > first ? "%s%u to %u" : "%s%u", len ? ", " : "", first, last);
    }
}

enum err named_slot(const struct audio *audio, uint64_t slot, uint64_t *generation, struct fault *fault)
{
    char loaded[80];

    if (is_loaded(audio, slot)) {
        uint64_t now = atomic_load(&entry_at(audio, (uint32_t)slot)->generation);

        *generation = *generation ? *generation : now;
        if (*generation == now)
            return ERR_OK;
        fault_set(fault, ERR_NOT_FOUND,
                  "sound %llu is of generation %llu now, not %llu: another sound was loaded there",
                  (unsigned long long)slot, (unsigned long long)now, (unsigned long long)*generation);
    } else {
        write_loaded(audio, loaded);
        fault_set(fault, ERR_NOT_FOUND, "no sound is in slot %llu; sounds are in: %s", (unsigned long long)slot,
                  *loaded ? loaded : "none");
    }
    return fault_hint(fault, "streamer.load_sound loads a file into a slot, streamer.sounds lists them; "
                             "an `id` names a media item instead");
}

bool named_item(const struct audio *audio, uint64_t slot, uint64_t generation, struct id *id)
{
    const struct sound_entry *entry;

    if (!is_loaded(audio, slot))
        return false;
    entry = entry_at(audio, (uint32_t)slot);
    memcpy(id->b, entry->media, sizeof(id->b));
    return atomic_load(&entry->generation) == generation && !id_is_zero(*id);
}

/* ---- media items ---- */

enum load_state { LOAD_NEXT, LOAD_ASKED, LOAD_WAITS /* for room */, LOAD_DONE };

struct load {
    struct loads *all;
    struct named_sound sound;
    const struct load *first; /* an earlier one of the same item, which is loaded for both; or NULL */
    enum load_state state;
    char why[256];  /* "": loaded */
    bool again;     /* a later try may succeed */
    uint64_t freed; /* sounds, when the streamer was asked last */
    usec_t until;   /* the end of its wait for room; 0: it has found room so far */
};

struct loads {
    struct loads *older; /* that is open too */
    struct audio *audio;
    struct call *call; /* valid, like its arena, while the ticket is open */
    struct ticket ticket;
    named_done *done;
    void *ask;
    uint32_t count;
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

    load->freed = all->audio->named.freed;
    if (service_ask(all->audio->service, "streamer.load_sound", &request, budget_of(all->call), NULL, take_loaded, load,
                    &fault) == ERR_OK)
        return true;
    note_failure(load, fault.code, &fault);
    return false;
}

/* Begins what may begin. Frees `all` if each load is done. */
static void continue_loads(struct loads *all)
{
    const bool is_open = ticket_is_open(all->audio->service, all->ticket);
    uint32_t asked = 0, waiting = 0;

    for (uint32_t i = 0; i < all->count; i++) {
        asked += all->each[i].state == LOAD_ASKED;
        waiting += all->each[i].state == LOAD_WAITS;
    }
    for (uint32_t i = 0; i < all->count && asked < AT_ONCE; i++) {
        struct load *load = &all->each[i];

        if (load->state != LOAD_NEXT)
            continue;
        load->state = is_open && begin_load(load) ? LOAD_ASKED : LOAD_DONE;
        asked += load->state == LOAD_ASKED;
    }
    if (asked + waiting == 0)
        finish_loads(all);
}

/* A sound whose release was asked after the load is asked for again: it gets another slot. */
static void take_slot(struct load *load, const struct loaded_sound *sound)
{
    struct audio *audio = load->all->audio;
    struct slot_use *use = &audio->named.each[sound->sound % SOUNDS];

    if (use->leaves == sound->generation) {
        load->state = LOAD_NEXT;
        return;
    }
    use->used = audio->sets;
    load->why[0] = '\0';
    *load->sound.has_sound = true;
    *load->sound.sound = sound->sound;
    *load->sound.generation = sound->generation;
}

static void wait_for_room(struct load *load)
{
    const usec_t latest = call_deadline(load->all->call) - MARGIN_MS * INT64_C(1000);
    const usec_t until = clock_steady() + ROOM_US;

    if (!load->until)
        load->until = until < latest ? until : latest;
    load->state = LOAD_WAITS;
    load->all->audio->named.is_due = true;
}

static void take_loaded(void *state, enum err error, const void *answer, const struct fault *fault)
{
    struct load *load = state;
    struct loads *all = load->all;

    load->state = LOAD_DONE;
    if (error != ERR_OK)
        note_failure(load, error, fault);
    if (ticket_is_open(all->audio->service, all->ticket)) {
        if (error == ERR_OK)
            take_slot(load, answer);
        else if (error == ERR_FULL)
            wait_for_room(load);
    }
    continue_loads(all);
}

enum err named_load(struct audio *audio, struct call *call, const struct named_sound *sounds, uint32_t count,
                    named_done *done, void *ask)
{
    struct loads *all;

    if (count > NAMED_SOUNDS)
        return refuse(call, ERR_FULL, "%u sounds are too many: %d at most", count, NAMED_SOUNDS);
    all = alloc_zeroed(1, sizeof(*all) + count * sizeof(*all->each));
    *all = (struct loads){
        .older = audio->named.open, .audio = audio, .call = call, .ticket = call_defer(call), .done = done, .ask = ask
    };
    if (all->ticket.number == 0) {
        free(all);
        return ERR_BUSY;
    }
    audio->named.open = all;
    all->count = count;
    for (uint32_t i = 0; i < count; i++) {
        *sounds[i].has_sound = false;
        all->each[i] = (struct load){ .all = all, .sound = sounds[i] };
        all->each[i].first = first_of(all, i);
        all->each[i].state = all->each[i].first ? LOAD_DONE : LOAD_NEXT;
    }
    continue_loads(all);
    return ERR_OK;
}

/* ---- room for other sounds ---- */

struct room {
    bool is_used[SOUNDS]; /* by a pad, a row, or an ask that is not done */
    uint64_t floats;      /* of sounds that do not leave */
    uint32_t slots;
    bool may_come; /* a sound leaves that no voice plays */
};

static void use_slot(const struct audio *audio, struct room *room, uint64_t slot, uint64_t generation)
{
    if (slot < SOUNDS && atomic_load(&entry_at(audio, (uint32_t)slot)->generation) == generation)
        room->is_used[slot] = true;
}

static void use_pads(const struct audio *audio, struct room *room, const struct score_pad pads[SCORE_PADS])
{
    for (uint32_t i = 0; i < SCORE_PADS; i++) {
        use_slot(audio, room, pads[i].sound, pads[i].generation);
        for (uint32_t n = 0; n < pads[i].layer_count && n < SCORE_LAYERS; n++)
            use_slot(audio, room, pads[i].layers[n].sound, pads[i].layers[n].generation);
    }
}

static void use_rows(const struct audio *audio, struct room *room, const struct score_pattern *pattern)
{
    for (uint32_t i = 0; i < SCORE_ROWS; i++)
        if (pattern->rows[i].used)
            use_slot(audio, room, pattern->rows[i].sound, pattern->rows[i].generation);
}

/* Also the sound that a load may find. */
static void use_load(const struct audio *audio, struct room *room, const struct load *load)
{
    if (*load->sound.has_sound)
        use_slot(audio, room, *load->sound.sound, *load->sound.generation);
    for (uint32_t i = 0; i < SOUNDS && load->state != LOAD_DONE; i++)
        if (memcmp(entry_at(audio, i)->media, load->sound.id.b, sizeof(load->sound.id.b)) == 0)
            room->is_used[i] = true;
}

static void find_uses(struct audio *audio, struct room *room)
{
    const struct score *score = &audio->score;

    use_pads(audio, room, score->pads);
    if (score->pads_set)
        use_pads(audio, room, score->earlier_pads);
    use_rows(audio, room, &score->now);
    if (score->next_bar >= 0)
        use_rows(audio, room, &score->next);
    if (audio->replaced.pattern.serial)
        use_rows(audio, room, &audio->replaced.pattern);
    for (const struct loads *all = audio->named.open; all; all = all->older)
        for (uint32_t i = 0; i < all->count && ticket_is_open(audio->service, all->ticket); i++)
            use_load(audio, room, &all->each[i]);
    for (uint32_t i = 0; i < SOUNDS; i++)
        if (room->is_used[i])
            audio->named.each[i].used = audio->sets;
}

static uint64_t count_floats(const struct sound_entry *entry)
{
    return (uint64_t)atomic_load(&entry->frames) * atomic_load(&entry->channels);
}

static bool is_played(const struct state *state, uint32_t slot, uint32_t generation)
{
    for (uint32_t i = 0; i < SOUND_VOICES; i++)
        if (state->sounds[i].generation == generation && state->sounds[i].slot == slot)
            return true;
    return false;
}

/* Also counts the sounds that are gone since the last look. */
static void measure_room(struct audio *audio, const struct state *core, struct room *room)
{
    for (uint32_t i = 0; i < SOUNDS; i++) {
        const struct sound_entry *entry = entry_at(audio, i);
        struct slot_use *use = &audio->named.each[i];
        const uint32_t state = atomic_load(&entry->state);
        const uint32_t now = state == SOUND_READY || state == SOUND_LEAVING ? atomic_load(&entry->generation) : 0;

        audio->named.freed += use->seen && use->seen != now;
        use->seen = now;
        if (is_loaded(audio, i)) {
            room->floats += count_floats(entry);
            room->slots++;
        } else if (now && !is_played(core, i, now)) {
            room->may_come = true;
        }
    }
}

static void take_released(void *state, enum err error, const void *answer, const struct fault *fault)
{
    uint32_t *leaves = state;

    (void)answer, (void)fault;
    if (error != ERR_OK)
        *leaves = 0;
}

/* The sound that no pad and no row uses, and that was used least recently. SOUNDS: none. */
static uint32_t find_unused(const struct audio *audio, const struct room *room)
{
    const struct slot_use *each = audio->named.each;
    uint32_t found = SOUNDS;

    for (uint32_t i = 0; i < SOUNDS; i++)
        if (!room->is_used[i] && is_loaded(audio, i) && atomic_load(&entry_at(audio, i)->unheld) &&
            (found == SOUNDS || each[i].used < each[found].used))
            found = i;
    return found;
}

/* False: there is none, or the streamer cannot be asked. */
static bool release_unused(struct audio *audio, struct room *room)
{
    const uint32_t slot = find_unused(audio, room);

    if (slot == SOUNDS)
        return false;
    const struct sound_entry *entry = entry_at(audio, slot);
    uint32_t *leaves = &audio->named.each[slot].leaves;
    const uint32_t generation = atomic_load(&entry->generation);
    const struct streamer_release_sound request = {
        .sound = slot, .generation = generation, .has_unheld = true, .unheld = true
    };

    if (service_ask(audio->service, "streamer.release_sound", &request, RELEASE_MS, NULL, take_released, leaves,
                    NULL) != ERR_OK)
        return false;
    *leaves = generation;
    room->floats -= count_floats(entry);
    room->slots--;
    return room->may_come = audio->named.is_due = true;
}

static bool is_crowded(const struct room *room)
{
    return room->floats > USED_FLOATS || room->slots > USED_SLOTS;
}

/* Releases what no load and no score needs, with `all` also below half of the memory. True: more room may come. The
 * core hits a sound until it has the score that does not use it any more. */
static bool make_room(struct audio *audio, bool all)
{
    struct room room = { 0 };
    struct state core = { 0 };

    audio->named.is_due = !core_state(audio, &core) || core.score_serial < audio->score.serial;
    measure_room(audio, &core, &room);
    if (audio->named.is_due || (!all && !is_crowded(&room)))
        return true;
    find_uses(audio, &room);
    for (uint32_t i = 0; i < RELEASES_A_TICK && (all || is_crowded(&room)); i++)
        if (!release_unused(audio, &room))
            break;
    return room.may_come;
}

static bool has_waiting(const struct loads *all)
{
    for (; all; all = all->older)
        for (uint32_t i = 0; i < all->count; i++)
            if (all->each[i].state == LOAD_WAITS)
                return true;
    return false;
}

/* Asks again for what waits if sounds are gone since it was asked. `all` may be freed. */
static void retry_waiting(struct loads *all, bool may_come)
{
    struct audio *audio = all->audio;

    for (uint32_t i = 0; i < all->count; i++) {
        struct load *load = &all->each[i];

        if (load->state == LOAD_WAITS && load->freed != audio->named.freed)
            load->state = LOAD_NEXT;
        else if (load->state == LOAD_WAITS && (!may_come || clock_steady() >= load->until))
            load->state = LOAD_DONE;
    }
    continue_loads(all);
}

void named_tick(struct audio *audio)
{
    struct named_loads *named = &audio->named;
    struct loads *older;

    if (!named->is_due)
        return;
    const bool may_come = make_room(audio, has_waiting(named->open));
    for (struct loads *all = named->open; all; all = older) {
        older = all->older;
        retry_waiting(all, may_come);
    }
    named->is_due |= has_waiting(named->open);
}

void named_close(struct audio *audio)
{
    for (struct loads *all = audio->named.open, *older; all; all = older) {
        older = all->older;
        free(all);
    }
}
