#include "services/audio/control/named_sounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "schema_streamer.h"
#include "services/audio/control/change.h"

enum { LOAD_MS = 10000, MARGIN_MS = 500, AT_ONCE = 64 /* asks of the streamer */ };

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
};

struct loads {
    struct audio *audio;
    struct call *call; /* valid, like its arena, while the ticket is open */
    struct ticket ticket;
    named_done *done;
    void *ask;
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

static void finish_loads(struct loads *all)
{
    struct service *service = all->audio->service;

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
    struct streamer_load_sound request = { .has_id = true, .id = load->sound.id };
    struct fault fault = { 0 };

    *load->sound.has_sound = false;
    if (service_ask(all->audio->service, "streamer.load_sound", &request, budget_of(all->call), NULL, take_loaded, load,
                    &fault) == ERR_OK) {
        all->waiting++;
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

static void take_loaded(void *state, enum err error, const void *answer, const struct fault *fault)
{
    const struct loaded_sound *sound = answer;
    struct load *load = state;

    if (error != ERR_OK) {
        note_failure(load, error, fault);
    } else if (ticket_is_open(load->all->audio->service, load->all->ticket)) {
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
    *all = (struct loads){ .audio = audio, .call = call, .ticket = call_defer(call), .done = done, .ask = ask };
    if (all->ticket.number == 0) {
        free(all);
        return ERR_BUSY;
    }
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
