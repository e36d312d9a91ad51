#include <stdio.h>
#include <string.h>

#include "services/audio/control/audio.h"
#include "services/audio/control/named_sounds.h"
#include "services/audio/control/pattern.h"

/* An ask whose rows can be changed; NULL: no memory. */
static struct audio_set_pattern *copy_ask(struct call *call, const struct audio_set_pattern *ask)
{
    const struct track_list *from = &ask->pattern.sequencer.tracks;
    struct audio_set_pattern *own = arena_alloc(call_arena(call), sizeof(*own));
    struct track *tracks = arena_array(call_arena(call), from->count + 1, sizeof(*tracks));

    if (!own || !tracks)
        return NULL;
    *own = *ask;
    own->pattern.sequencer.tracks.at = tracks;
    if (from->count)
        memcpy(tracks, from->at, from->count * sizeof(*tracks));
    return own;
}

static enum err check_slots(const struct audio *audio, struct call *call, struct track_list *tracks)
{
    char field[64];

    for (uint32_t i = 0; i < tracks->count; i++) {
        struct track *track = &tracks->at[i];

        if (track->has_id || !track->has_sound ||
            named_slot(audio, track->sound, &track->generation, call_fault(call)) == ERR_OK)
            continue;
        (void)snprintf(field, sizeof(field), "pattern.sequencer.tracks.%u.sound", i);
        return fault_field(call_fault(call), field);
    }
    return ERR_OK;
}

static uint32_t list_items(struct track_list *tracks, struct named_sound to[SCORE_ROWS])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < tracks->count && i < SCORE_ROWS; i++) {
        struct track *track = &tracks->at[i];

        if (track->has_id)
            to[count++] =
                (struct named_sound){ i, track->name, track->id, &track->has_sound, &track->sound, &track->generation };
    }
    return count;
}

/* A row without its sound would be one of the synth: it is muted. */
static enum err begin(struct audio *audio, struct call *call, void *own, struct silent_sound_list silent, void *answer)
{
    struct audio_set_pattern *ask = own;
    struct queued *queued = answer;

    for (uint32_t i = 0; i < silent.count; i++)
        ask->pattern.sequencer.tracks.at[silent.at[i].index].mute = true;
    queued->silent = silent;
    return audio_begin_pattern(audio, call, ask, queued);
}

enum err audio_ask_set_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                               struct queued *answer)
{
    struct audio_set_pattern *own = copy_ask(call, ask);
    struct named_sound items[SCORE_ROWS];
    struct score_pattern checked;
    uint32_t count;
    enum err e;

    if (!own)
        return refuse(call, ERR_FULL, "no memory for the pattern");
    e = pattern_read(&own->pattern, &checked, call_fault(call)); /* before anything is loaded for it */
    if (e == ERR_OK)
        e = check_slots(audio, call, &own->pattern.sequencer.tracks);
    if (e != ERR_OK)
        return e;
    count = list_items(&own->pattern.sequencer.tracks, items);
    return count ? named_load(audio, call, items, count, begin, own)
                 : begin(audio, call, own, (struct silent_sound_list){ 0 }, answer);
}
