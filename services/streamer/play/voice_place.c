#include "services/streamer/play/voice_place.h"

#include <string.h>

#include "services/streamer/play/voice_turns.h"

struct handover_piece *voice_piece(const struct voice *voice)
{
    return &voice->handover->pieces[atomic_load(&voice->handover->word) & HANDOVER_PRESENT];
}

double voice_ahead(const struct voice *voice)
{
    const struct handover_piece *piece = voice_piece(voice);
    uint32_t used = voice->ring.capacity - ring_space(&voice->ring);

    return piece->rate > 0 ? (double)used / piece->rate : 0;
}

bool voice_is_to_come(const struct voice *voice)
{
    return voice->is_cued && voice->begins != CUE_NOW && voice->begins >= voice->all->core->state.frame;
}

int64_t voice_part_end(const struct voice *voice)
{
    if (voice->handover->looping && voice->handover->loop_length > 0)
        return voice_turns_end(voice);
    return voice->handover->looping ? voice->handover->loop_end : voice_piece(voice)->until;
}

int64_t voice_place(const struct voice *voice, int64_t frame)
{
    const struct handover_voice *handover = voice->handover;
    const struct handover_piece *piece = voice_piece(voice);
    int64_t from = handover->loop_from, end = piece->frames, first_end;

    if (handover->looping && handover->loop_length > 0 && frame >= from)
        return frame - voice_turns_begin(handover->loop_length, voice_turns_at(handover->loop_length, frame - from));
    if (handover->loop_end > 0 && (end <= 0 || handover->loop_end < end))
        end = handover->loop_end;
    first_end = piece->from < end ? end : piece->frames; /* it may begin after the part that repeats */
    if (!handover->looping || end <= from || first_end <= 0 || frame < first_end)
        return frame;
    return from + (frame - first_end) % (end - from);
}

int64_t voice_frame_of_cell(const struct voice *voice, int64_t number)
{
    const struct handover_piece *piece = voice_piece(voice);
    uint64_t cell = atomic_load(&voice->memory->begin);

    if (number < 0 || piece->rate == 0)
        return piece->from;
    cell += (uint64_t)number;
    if (cell < piece->at) /* the piece before it still sounds */
        return 0;
    uint64_t frames = (cell - piece->at) * piece->file_rate / piece->rate;
    if (piece->tempo != 1)
        frames = (uint64_t)((double)frames * piece->tempo);
    int64_t frame = (int64_t)((uint64_t)piece->from + frames);
    if (frame < 0)
        return 0;
    return voice_place(voice, frame);
}

int64_t voice_sounding_frame(const struct voice *voice)
{
    const struct state_voice *state = &voice->all->core->state.streams[voice->index];

    if (voice->is_seeking && !voice->is_aiming)
        return voice->plan.from;
    return voice_frame_of_cell(voice, state->generation == voice_piece(voice)->generation ? state->position : -1);
}

/* ---- the end of a generation ---- */

void voice_end_at(struct voice *voice, uint64_t end)
{
    if (stream_end(voice->memory, atomic_load(&voice->memory->generation)) == UINT64_MAX)
        stream_end_at(voice->memory, end);
}

void voice_forget_sought(struct voice *voice)
{
    atomic_fetch_and(&voice->handover->word, ~(uint32_t)HANDOVER_SOUGHT);
}

void voice_stay(struct voice *voice)
{
    if (!voice->is_seeking)
        return;
    voice->is_seeking = false;
    voice_forget_sought(voice);
    voice->generation = atomic_load(&voice->memory->generation);
}

/* ---- descriptions ---- */

void voice_stall(struct voice *voice, bool dry)
{
    struct streamer_voice_stalled event = { .voice = voice->index, .generation = voice->generation, .dry = dry };

    voice->is_dry = dry;
    voice->was_dry = voice->was_dry || dry;
    service_publish(voice->all->service, "voice_stalled", &event);
}

static enum stream_state voice_state(const struct voice *voice)
{
    if (voice->phase == VOICE_OPENING || (voice->phase == VOICE_FILLING && !voice->is_cued))
        return STREAM_STATE_OPENING;
    if (voice->phase == VOICE_ENDING)
        return STREAM_STATE_ENDING;
    if (voice->handover->paused)
        return STREAM_STATE_PAUSED;
    return voice->is_dry ? STREAM_STATE_STALLED : STREAM_STATE_PLAYING;
}

void voice_describe(const struct voice *voice, struct stream_voice *to)
{
    const struct handover_piece *piece = voice_piece(voice);
    uint32_t word = atomic_load(&voice->handover->word);
    const char *next = word & HANDOVER_FOLLOWS ? voice->handover->pieces[!(word & HANDOVER_PRESENT)].path : "";
    bool previews = voice->plan.group == GROUP_PREVIEW;

    *to = (struct stream_voice){
        .voice = voice->index,
        .generation = voice->generation,
        .state = { .value = (int32_t)voice_state(voice) },
        .group = { .value = (int32_t)(previews ? STREAM_GROUP_PREVIEW : STREAM_GROUP_STREAMS) },
        .path = bytes_of(piece->path, strlen(piece->path)),
        .rate = piece->file_rate,
        .channels = piece->channels <= 64 ? piece->channels : 0,
        .frames = piece->frames >= -1 ? piece->frames : -1,
        .position = voice_sounding_frame(voice),
        .looping = voice->handover->looping,
        .gain = (double)voice->plan.gain,
        .pan = (double)voice->plan.pan,
        .buffered_s = voice_ahead(voice),
        .next = bytes_of(next, strlen(next)),
    };
    memcpy(to->id.b, piece->media, sizeof(to->id.b));
    to->has_instead_of = !id_is_zero(voice->plan.instead_of) && id_equal(to->id, voice->plan.media);
    to->instead_of = voice->plan.instead_of;
    to->has_loop_key = voice->plan.loop_key > 0;
    to->loop_key = voice->plan.loop_key;
    to->has_at = voice_is_to_come(voice);
    to->at = voice->begins;
}
