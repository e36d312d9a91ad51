#include <stdio.h>
#include <string.h>

#include "services/audio/control/audio.h"
#include "services/audio/control/named_sounds.h"
#include "services/audio/control/pattern.h"

/* A copy of the ask, whose rows can be changed, and its number. */
struct pattern_asked {
    struct audio_set_pattern ask;
    uint64_t number;
};

static struct pattern_asked *copy_ask(struct call *call, const struct audio_set_pattern *ask, uint64_t number)
{
    const struct row_list *from = &ask->pattern.sequencer.tracks;
    struct pattern_asked *own = arena_alloc(call_arena(call), sizeof(*own));
    struct row *rows = arena_array(call_arena(call), from->count + 1, sizeof(*rows));

    *own = (struct pattern_asked){ *ask, number };
    own->ask.pattern.sequencer.tracks.at = rows;
    if (from->count)
        memcpy(rows, from->at, from->count * sizeof(*rows));
    return own;
}

static enum err check_slots(const struct audio *audio, struct call *call, struct row_list *rows)
{
    char field[64];

    for (uint32_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->at[i];

        if (row->has_id || !row->has_sound ||
            named_slot(audio, row->sound, &row->generation, call_fault(call)) == ERR_OK)
            continue;
        (void)snprintf(field, sizeof(field), "pattern.sequencer.tracks.%u.sound", i);
        return fault_field(call_fault(call), field);
    }
    return ERR_OK;
}

static uint32_t list_items(struct row_list *rows, struct named_sound to[SCORE_ROWS])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < rows->count && i < SCORE_ROWS; i++) {
        struct row *row = &rows->at[i];

        if (row->has_id)
            to[count++] = (struct named_sound){ i, row->name, row->id, &row->has_sound, &row->sound, &row->generation };
    }
    return count;
}

/* Without its sound a row would play the synth, so it is muted. Sounds load in any order; the later ask wins. */
static enum err begin_pattern(struct audio *audio, struct call *call, void *own, struct silent_sound_list silent,
                              void *answer)
{
    struct pattern_asked *asked = own;
    struct queued *queued = answer;
    enum err e;

    if (asked->number < audio->pattern_set) {
        (void)refuse(call, ERR_CONFLICT, "a later pattern was set before the sounds of this one were loaded");
        return fault_hint(call_fault(call), "set this pattern again if you want it");
    }
    for (uint32_t i = 0; i < silent.count; i++)
        asked->ask.pattern.sequencer.tracks.at[silent.at[i].index].mute = true;
    queued->silent = silent;
    e = audio_begin_pattern(audio, call, &asked->ask, queued);
    if (e == ERR_OK)
        audio->pattern_set = asked->number;
    return e;
}

enum err audio_ask_set_pattern(struct audio *audio, struct call *call, const struct audio_set_pattern *ask,
                               struct queued *answer)
{
    struct pattern_asked *own = copy_ask(call, ask, ++audio->sets);
    struct named_sound items[SCORE_ROWS];
    struct score_pattern checked;
    uint32_t count;
    enum err e;

    e = pattern_read(&own->ask.pattern, &checked, call_fault(call)); /* before anything is loaded for the pattern */
    if (e == ERR_OK)
        e = check_slots(audio, call, &own->ask.pattern.sequencer.tracks);
    if (e != ERR_OK)
        return e;
    count = list_items(&own->ask.pattern.sequencer.tracks, items);
    return count ? named_load(audio, call, items, count, begin_pattern, own)
                 : begin_pattern(audio, call, own, (struct silent_sound_list){ 0 }, answer);
}
