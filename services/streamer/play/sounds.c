#include "services/streamer/play/sounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/process/limits.h"
#include "common/process/log.h"
#include "services/streamer/play/sounds_room.h"

enum { TREATED_ONCE = 64, CHUNK = 8192, APART = 32, FLOATS = SOUNDS_BYTES / sizeof(float) };

static uint32_t index_of(const struct sounds_slot *slot)
{
    return (uint32_t)(slot - slot->all->slots);
}

static struct sound_entry *entry_of(const struct sounds_slot *slot)
{
    return &slot->all->memory->entries[index_of(slot)];
}

/* ---- the treatment of its item ---- */

static uint32_t frames_at(int64_t frames, uint32_t from, uint32_t to)
{
    double converted = from ? (double)frames * to / from : (double)frames;

    return converted < UINT32_MAX ? (uint32_t)llround(converted) : UINT32_MAX;
}

/* A hit at this moment may take the old beginning and the new end; the audio core checks what it takes. */
static void treat_entry(struct sound_entry *entry, const struct treatment *treatment, uint32_t file_rate)
{
    const uint32_t rate = atomic_load(&entry->rate);

    atomic_store(&entry->part_from, frames_at(treatment->from, file_rate, rate));
    atomic_store(&entry->part_until, frames_at(treatment->until, file_rate, rate));
    atomic_store(&entry->fade_in, frames_at(treatment->fade_in, file_rate, rate));
    atomic_store(&entry->fade_out, frames_at(treatment->fade_out, file_rate, rate));
    atomic_store(&entry->gain_db, (float)treatment->gain_db);
}

static void show_treatment(const struct sound_entry *entry, struct loaded_sound *to)
{
    const float gain_db = atomic_load(&entry->gain_db);

    to->trim_from = atomic_load(&entry->part_from);
    to->trim_until = atomic_load(&entry->part_until);
    to->fade_in = atomic_load(&entry->fade_in);
    to->fade_out = atomic_load(&entry->fade_out);
    to->gain_db = (double)gain_db;
    to->has_trim_from = to->trim_from > 0;
    to->has_trim_until = to->trim_until > 0;
    to->has_fade_in = to->fade_in > 0;
    to->has_fade_out = to->fade_out > 0;
    to->has_gain_db = gain_db < 0 || gain_db > 0;
}

/* Returns false if there is nothing to look up. An item that is gone leaves its sound as it is. */
static bool treat_slot(struct sounds *sounds, uint32_t number)
{
    struct sound_entry *entry = &sounds->memory->entries[number];
    struct id item = sounds->slots[number].facts_of;
    struct treatment treatment;
    uint32_t rate;

    if (id_is_zero(item))
        memcpy(item.b, entry->media, sizeof(item.b));
    if (atomic_load(&entry->state) != SOUND_READY || id_is_zero(item))
        return false;
    if (locate_treatment(sounds->locator, item, &treatment, &rate))
        treat_entry(entry, &treatment, rate);
    return true;
}

void sounds_treat_all(struct sounds *sounds)
{
    sounds->to_treat = SOUNDS;
}

void sounds_treat_tick(struct sounds *sounds)
{
    uint32_t looked = 0;

    while (sounds->to_treat > 0 && looked < TREATED_ONCE)
        looked += treat_slot(sounds, SOUNDS - sounds->to_treat--);
}

static void describe_slot(const struct sounds_slot *slot, struct loaded_sound *to)
{
    const struct sound_entry *entry = entry_of(slot);
    const char *path = slot->path ? slot->path : "";
    uint32_t channels = atomic_load(&entry->channels);

    *to = (struct loaded_sound){ .sound = index_of(slot),
                                 .generation = atomic_load(&entry->generation),
                                 .path = bytes_of(path, strlen(path)),
                                 .frames = atomic_load(&entry->frames),
                                 .channels = channels == 1 ? 1 : 2,
                                 .rate = atomic_load(&entry->rate),
                                 .leaving = atomic_load(&entry->state) == SOUND_LEAVING };
    memcpy(to->id.b, entry->media, sizeof(to->id.b));
    show_treatment(entry, to);
}

/* ---- loading ---- */

static void end_loading(struct sounds_slot *slot)
{
    reader_close(slot->reader);
    resample_free(slot->resample);
    free(slot->stereo);
    slot->reader = NULL;
    slot->resample = NULL;
    slot->stereo = NULL;
    slot->waiter_count = 0;
}

static void fail_loading(struct sounds_slot *slot, const struct fault *fault)
{
    for (uint32_t i = 0; i < slot->waiter_count; i++)
        ticket_fail(slot->all->service, slot->waiters[i], fault);
    end_loading(slot);
    free(slot->path);
    slot->path = NULL;
    atomic_store(&entry_of(slot)->state, SOUND_EMPTY);
}

static void fail_slot(void *state, const struct fault *fault)
{
    struct sounds_slot *slot = state;
    struct fault why = *fault;

    snprintf(why.what, sizeof(why.what), "%.120s: %.100s", slot->path, fault->what);
    fail_loading(slot, &why);
}

static void fail_with(struct sounds_slot *slot, enum err code, const char *what)
{
    struct fault fault = { 0 };

    fault_set(&fault, code, "%s", what);
    if (code == ERR_FULL || code == ERR_TOO_LARGE)
        fault_hint(&fault, "release sounds that are not needed; `loophole play` streams long files");
    fail_slot(slot, &fault);
}

static void copy_planes(const struct sounds_slot *slot, uint32_t channels, float *to)
{
    for (uint32_t c = 0; c < channels; c++)
        for (uint64_t i = 0; i < slot->frames; i++)
            to[c * slot->frames + i] = slot->stereo[2 * i + c];
}

/* The entry becomes ready after all of its data is written. From then on the data does not change. */
static void publish_slot(struct sounds_slot *slot)
{
    struct sound_entry *entry = entry_of(slot);
    uint32_t channels = slot->file_channels == 1 ? 1 : 2;
    struct loaded_sound reply;
    uint64_t offset;

    if (slot->frames == 0) {
        fail_with(slot, ERR_BAD_REQUEST, "the file contains no sound");
        return;
    }
    if (!sounds_room_find(slot->all->memory, slot->frames * channels, &offset)) {
        fail_with(slot, ERR_FULL, "the memory of sounds has no room for it");
        return;
    }
    copy_planes(slot, channels, slot->all->memory->samples + offset);
    atomic_store(&entry->offset, offset);
    atomic_store(&entry->frames, (uint32_t)slot->frames);
    atomic_store(&entry->channels, (uint16_t)channels);
    atomic_store(&entry->rate, slot->rate);
    atomic_store(&entry->generation, atomic_load(&entry->generation) + 1);
    treat_entry(entry, &slot->treatment, slot->file_rate);
    atomic_store(&entry->state, SOUND_READY);
    sounds_treat_all(slot->all); /* the facts may have changed while it was loaded */
    describe_slot(slot, &reply);
    for (uint32_t i = 0; i < slot->waiter_count; i++)
        ticket_answer(slot->all->service, slot->waiters[i], &reply);
    end_loading(slot);
}

static bool grow_sound(struct sounds_slot *slot, uint64_t frames)
{
    uint64_t room = slot->room > CHUNK ? slot->room : CHUNK;

    while (room < frames)
        room *= 2;
    if (room > FLOATS || !limits_leave(room * 2 * sizeof(float)))
        return false;
    slot->stereo = alloc_grow(slot->stereo, room * 2, sizeof(float));
    slot->room = room;
    return true;
}

static bool append_frames(struct sounds_slot *slot, const float *stereo, uint32_t frames)
{
    if (slot->frames + frames > slot->room && !grow_sound(slot, slot->frames + frames))
        return false;
    memcpy(slot->stereo + 2 * slot->frames, stereo, (size_t)frames * 2 * sizeof(float));
    slot->frames += frames;
    return true;
}

static void take_frames(void *state, int64_t frame, const float *stereo, uint32_t frames, bool end)
{
    struct sounds_slot *slot = state;
    int64_t next = frame + frames;

    if (slot->resample) {
        frames = resample_run(slot->resample, stereo, frames, end, slot->all->scratch);
        stereo = slot->all->scratch;
    }
    if (!append_frames(slot, stereo, frames))
        fail_with(slot, ERR_TOO_LARGE, "the file is too long for the memory of sounds");
    else if (end)
        publish_slot(slot);
    else
        reader_pull(slot->reader, next, CHUNK);
}

static void begin_frames(void *state, const struct reader_format *format)
{
    struct sounds_slot *slot = state;
    struct fault fault = { 0 };

    slot->stamp = format->stamp;
    slot->file_channels = format->channels;
    slot->file_rate = format->rate;
    slot->rate = core_link_rate(slot->all->core);
    if (format->rate != slot->rate &&
        resample_new(slot->all->resampler, format->rate, slot->rate, &slot->resample, &fault) != ERR_OK)
        fail_slot(slot, &fault);
    else
        reader_pull(slot->reader, 0, CHUNK);
}

static struct sounds_slot *empty_slot(struct sounds *sounds)
{
    for (uint32_t i = 0; i < SOUNDS; i++)
        if (atomic_load(&sounds->memory->entries[i].state) == SOUND_EMPTY)
            return &sounds->slots[i];
    return NULL;
}

static enum err load_into_slot(struct sounds *sounds, const struct located *located, bool is_held, struct ticket ticket,
                               struct fault *fault)
{
    struct sounds_slot *slot = empty_slot(sounds);
    struct reader_events events = { begin_frames, take_frames, fail_slot, slot };

    if (!slot)
        return fault_set(fault, ERR_FULL, "all %d slots for sounds are taken", SOUNDS);
    *slot = (struct sounds_slot){ .all = sounds,
                                  .path = alloc_text(located->path),
                                  .media = located->media,
                                  .facts_of = id_is_zero(located->instead_of) ? located->media : located->instead_of,
                                  .treatment = located->treatment };
    slot->reader = reader_open(sounds->readers, slot->path, LANE_LOADING,
                               id_is_zero(located->instead_of) ? NULL : &slot->media, NULL, &events);
    memcpy(entry_of(slot)->media, slot->media.b, sizeof(slot->media.b)); /* not the item that was here before */
    atomic_store(&entry_of(slot)->unheld, !is_held);
    atomic_store(&entry_of(slot)->state, SOUND_LOADING);
    slot->waiters[slot->waiter_count++] = ticket;
    return ERR_OK;
}

static bool plays_sound_of(const struct sounds_slot *slot, const struct located *located)
{
    const struct sound_entry *entry = entry_of(slot);
    bool is_item = !id_is_zero(located->media) && memcmp(entry->media, located->media.b, sizeof(entry->media)) == 0;

    return is_item || (slot->path && strcmp(slot->path, located->path) == 0);
}

/* ---- is the file still the same? ---- */

struct sounds_checking {
    struct sounds *sounds;
    uint32_t slot, generation;
    struct located located;
    bool is_held;
    struct ticket ticket;
};

static bool is_that_sound(const struct sounds_checking *c)
{
    const struct sound_entry *entry = &c->sounds->memory->entries[c->slot];

    return atomic_load(&entry->state) == SOUND_READY && atomic_load(&entry->generation) == c->generation;
}

/* Of a sound that a predecessor loaded, only changes since this process began are known. */
static bool has_changed(const struct sounds_slot *slot, const struct file_stamp *now)
{
    const struct file_stamp *was = &slot->stamp;

    if (!slot->path)
        return now->changed > slot->all->opened || now->mtime > slot->all->opened;
    return now->size != was->size || now->mtime != was->mtime || now->changed != was->changed;
}

static void hold_sound(struct sounds_slot *slot, bool is_held)
{
    if (is_held)
        atomic_store(&entry_of(slot)->unheld, 0);
}

static void take_looked(void *state, const struct file_stamp *stamp)
{
    struct sounds_checking *c = state;
    struct sounds_slot *slot = &c->sounds->slots[c->slot];
    struct fault fault = { 0 };

    if (is_that_sound(c) && stamp && has_changed(slot, stamp))
        slot->is_outdated = true;
    if (is_that_sound(c) && !slot->is_outdated) {
        struct loaded_sound reply;
        hold_sound(slot, c->is_held);
        describe_slot(slot, &reply);
        ticket_answer(c->sounds->service, c->ticket, &reply);
    } else if (sounds_load(c->sounds, &c->located, c->is_held, c->ticket, &fault) != ERR_OK) {
        ticket_fail(c->sounds->service, c->ticket, &fault);
    }
    free(c);
}

static void check_file(struct sounds_slot *slot, const struct located *located, bool is_held, struct ticket ticket)
{
    struct sounds_checking *c = alloc_zeroed(1, sizeof(*c));

    *c = (struct sounds_checking){ slot->all, index_of(slot), atomic_load(&entry_of(slot)->generation),
                                   *located,  is_held,        ticket };
    reader_look(slot->all->readers, located->path, take_looked, c);
}

enum err sounds_load(struct sounds *sounds, const struct located *located, bool is_held, struct ticket ticket,
                     struct fault *fault)
{
    for (uint32_t i = 0; i < SOUNDS; i++) {
        struct sounds_slot *slot = &sounds->slots[i];
        uint32_t state = atomic_load(&entry_of(slot)->state);
        if ((state != SOUND_READY && state != SOUND_LOADING) || slot->is_outdated || !plays_sound_of(slot, located))
            continue;
        if (state == SOUND_READY && atomic_load(&entry_of(slot)->rate) == core_link_rate(sounds->core)) {
            check_file(slot, located, is_held, ticket);
            return ERR_OK;
        }
        if (state == SOUND_LOADING && slot->waiter_count == SOUNDS_WAITERS)
            return fault_set(fault, ERR_BUSY, "%d clients wait for this sound already: ask again later",
                             SOUNDS_WAITERS);
        if (state == SOUND_LOADING) {
            hold_sound(slot, is_held);
            slot->waiters[slot->waiter_count++] = ticket;
            return ERR_OK;
        }
    }
    return load_into_slot(sounds, located, is_held, ticket, fault);
}

/* ---- leaving ---- */

static bool cue_release(struct sounds *sounds, uint32_t slot)
{
    struct cue cue = { .frame = CUE_NOW,
                       .verb = CUE_SOUND_RELEASE,
                       .sound = slot,
                       .generation = atomic_load(&sounds->memory->entries[slot].generation) };

    return core_link_cue(sounds->core, &cue);
}

enum err sounds_release(struct sounds *sounds, uint32_t slot, uint32_t generation, bool also_held, struct fault *fault)
{
    struct sound_entry *entry = &sounds->memory->entries[slot];

    if (atomic_load(&entry->state) != SOUND_READY || atomic_load(&entry->generation) != generation)
        return fault_set(fault, ERR_NOT_FOUND, "no sound %u of generation %u is loaded", slot, generation);
    if (!also_held && !atomic_load(&entry->unheld))
        return fault_set(fault, ERR_CONFLICT, "sound %u is held by a client that has loaded it", slot);
    atomic_store(&entry->state, SOUND_LEAVING);
    if (cue_release(sounds, slot))
        return ERR_OK;
    atomic_store(&entry->state, SOUND_READY);
    return fault_set(fault, ERR_BUSY, "sound %u is not released: the queue of the audio core is full", slot);
}

void sounds_note(struct sounds *sounds, const struct note *note)
{
    if (note->kind != NOTE_SOUND_FREE || note->sound >= SOUNDS)
        return;
    struct sound_entry *entry = &sounds->memory->entries[note->sound];
    if (atomic_load(&entry->state) != SOUND_LEAVING || atomic_load(&entry->generation) != note->generation)
        return;
    free(sounds->slots[note->sound].path);
    sounds->slots[note->sound].path = NULL;
    sounds->slots[note->sound].is_outdated = false;
    atomic_store(&entry->state, SOUND_EMPTY);
}

/* ---- the table ---- */

void sounds_open(struct sounds *sounds)
{
    sounds->memory = studio_sounds(sounds->core->studio);
    sounds->opened = clock_now();
    sounds_treat_all(sounds);
    sounds->scratch = alloc_zeroed((size_t)(CHUNK + RESAMPLE_REACH + 64) * APART * 2, sizeof(float));
    for (uint32_t i = 0; i < SOUNDS; i++) {
        struct sound_entry *entry = &sounds->memory->entries[i];
        uint32_t state = atomic_load(&entry->state);
        sounds->slots[i].all = sounds;
        if (state != SOUND_READY && state != SOUND_LEAVING)
            atomic_store(&entry->state, SOUND_EMPTY);
    }
}

void sounds_leave(struct sounds *sounds)
{
    for (uint32_t i = 0; i < SOUNDS; i++)
        if (atomic_load(&sounds->memory->entries[i].state) == SOUND_LEAVING)
            (void)cue_release(sounds, i);
}

void sounds_close(struct sounds *sounds)
{
    for (uint32_t i = 0; sounds->memory && i < SOUNDS; i++) {
        end_loading(&sounds->slots[i]);
        free(sounds->slots[i].path);
    }
    free(sounds->scratch);
}

enum err sounds_list(struct sounds *sounds, struct arena *arena, struct loaded_sounds *to)
{
    uint64_t used = sounds_room_used(sounds->memory) * sizeof(float);

    to->each.at = arena_array(arena, SOUNDS, sizeof(*to->each.at));
    if (!to->each.at)
        return ERR_FULL;
    for (uint32_t i = 0; i < SOUNDS; i++) {
        uint32_t state = atomic_load(&sounds->memory->entries[i].state);
        if (state == SOUND_READY || state == SOUND_LEAVING)
            describe_slot(&sounds->slots[i], &to->each.at[to->each.count++]);
    }
    to->bytes_used = used;
    to->bytes_free = used < SOUNDS_BYTES ? SOUNDS_BYTES - used : 0;
    return ERR_OK;
}
