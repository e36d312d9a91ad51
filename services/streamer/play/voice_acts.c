#include "services/streamer/play/voice_acts.h"

#include <string.h>

#include "schema_loop.h"
#include "services/streamer/play/voice_place.h"

enum { KEYS = 128 };

/* Previews and loops are no part of a capture. */
static bool is_performed(const struct voice *voice)
{
    return voice->plan.group != GROUP_PREVIEW && voice->plan.loop_key == 0;
}

static const struct handover_piece *present_piece(const struct voice *voice)
{
    return &voice->handover->pieces[atomic_load(&voice->handover->word) & HANDOVER_PRESENT];
}

static void add_act(struct voices *voices, const struct handover_act *act)
{
    struct handover *handover = voices->handover;
    const uint64_t count = atomic_load(&handover->act_count);

    handover->acts[count % HANDOVER_ACTS] = *act;
    atomic_store(&handover->act_count, count + 1);
}

void voice_acts_add(struct voice *voice, int32_t deed, int64_t frame, double value)
{
    const bool is_played = deed == LOOP_DEED_STOP && frame == CUE_NOW;
    struct handover_act act = { .frame = is_played ? voice->all->core->state.frame : frame,
                                .deed = deed,
                                .voice = voice->index,
                                .position = is_played ? voice->frame : -1,
                                .value = value };

    if (!is_performed(voice))
        return;
    if (deed == LOOP_DEED_PLAY) {
        memcpy(act.id, present_piece(voice)->media, sizeof(act.id));
        act.position = present_piece(voice)->from;
    }
    add_act(voice->all, &act);
}

void voice_acts_pause(struct voice *voice, const struct note *note)
{
    const bool pauses = note->value > 0;
    struct handover_act act = { .frame = note->frame,
                                .deed = pauses ? LOOP_DEED_PAUSE : LOOP_DEED_PLAY,
                                .voice = voice->index,
                                .position = pauses ? -1 : voice_frame_of_cell(voice, note->index),
                                .value = pauses ? -1 : (double)voice->plan.gain };

    if (!is_performed(voice))
        return;
    memcpy(act.id, present_piece(voice)->media, sizeof(act.id));
    add_act(voice->all, &act);
}

void voice_acts_note(struct voices *voices, const struct note *note)
{
    const bool hits = note->kind == NOTE_PAD_HIT;

    if (hits || note->kind == NOTE_PAD_RELEASED)
        add_act(voices, &(struct handover_act){ .frame = note->frame,
                                                .deed = hits ? LOOP_DEED_HIT : LOOP_DEED_RELEASE,
                                                .voice = note->voice,
                                                .position = note->key,
                                                .value = (double)note->value });
}

static struct loop_act describe_act(const struct handover_act *act)
{
    const bool has_place = act->deed == LOOP_DEED_PLAY || (act->deed == LOOP_DEED_STOP && act->position >= 0);
    const bool is_pad = act->deed == LOOP_DEED_HIT || act->deed == LOOP_DEED_RELEASE;
    struct loop_act to = { .frame = act->frame,
                           .deed = { .value = act->deed },
                           .has_voice = !is_pad,
                           .voice = act->voice % STREAMS,
                           .has_id = act->deed == LOOP_DEED_PLAY,
                           .has_position = has_place,
                           .position = act->position > 0 ? act->position : 0,
                           .has_pad = is_pad,
                           .pad = act->voice % SCORE_PADS,
                           .has_key = is_pad && act->position > 0 && act->position <= KEYS,
                           .has_value = act->value >= 0 && act->value <= 8,
                           .value = act->value };

    to.key = to.has_key ? (uint64_t)act->position - 1 : 0;
    memcpy(to.id.b, act->id, sizeof(to.id.b));
    return to;
}

void voice_acts_since(const struct voices *voices, int64_t since, struct arena *arena, struct loop_mark *to)
{
    const struct handover *handover = voices->handover;
    const uint64_t count = atomic_load(&handover->act_count), first = count > HANDOVER_ACTS ? count - HANDOVER_ACTS : 0;

    to->acts.at = arena_array(arena, HANDOVER_ACTS, sizeof(*to->acts.at));
    to->lost = first > 0 && handover->acts[first % HANDOVER_ACTS].frame >= since;
    for (uint64_t i = first; i < count; i++) {
        const struct handover_act *act = &handover->acts[i % HANDOVER_ACTS];
        if (act->frame >= since)
            to->acts.at[to->acts.count++] = describe_act(act);
    }
}
