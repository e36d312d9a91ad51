#include <math.h>
#include <string.h>

#include "services/streamer/play/sounds.h"

enum { TREATED_ONCE = 64 };

static uint32_t frames_at(int64_t frames, uint32_t from, uint32_t to)
{
    double converted = from ? (double)frames * to / from : (double)frames;

    return converted < UINT32_MAX ? (uint32_t)llround(converted) : UINT32_MAX;
}

/* A hit at this moment may take the old beginning and the new end; the audio core checks what it takes. */
void sounds_treat(struct sound_entry *entry, const struct treatment *treatment, uint32_t file_rate)
{
    const uint32_t rate = atomic_load(&entry->rate);

    atomic_store(&entry->part_from, frames_at(treatment->from, file_rate, rate));
    atomic_store(&entry->part_until, frames_at(treatment->until, file_rate, rate));
    atomic_store(&entry->fade_in, frames_at(treatment->fade_in, file_rate, rate));
    atomic_store(&entry->fade_out, frames_at(treatment->fade_out, file_rate, rate));
    atomic_store(&entry->gain_db, (float)treatment->gain_db);
}

void sounds_show_treatment(const struct sound_entry *entry, struct loaded_sound *to)
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
        sounds_treat(entry, &treatment, rate);
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
