#include "services/audio/rt/streams.h"

#include <string.h>

#include "services/audio/rt/cues_queue.h"
#include "services/audio/rt/instance.h"
#include "services/audio/rt/mixer.h"
#include "services/audio/rt/notes.h"

/* Cells held back for a fade until the end is known. */
static uint32_t reserve_frames(const struct engine *engine)
{
    return fade_frames(engine->half->rate);
}

static void send_stream_note(struct engine *engine, uint32_t number, enum note_kind kind, float value)
{
    const struct streams_voice *voice = &engine->half->streams.voice[number];

    notes_send_all(engine, (struct note){ .kind = kind,
                                          .voice = number,
                                          .generation = voice->generation,
                                          .tag = voice->tag,
                                          .value = value,
                                          .index = (int64_t)(voice->index - voice->begin) });
}

/* Makes the voice silent, and reports its end. */
static void end_stream(struct engine *engine, uint32_t number, bool is_stopped)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];

    send_stream_note(engine, number, NOTE_STREAM_ENDED, is_stopped);
    voice->state = STREAM_SILENT;
    voice->dry = STREAM_WET;
}

bool streams_sounds(const struct streams_voice *voice)
{
    return voice->state == STREAM_PLAYS || voice->state == STREAM_STOPS;
}

/* Returns a former generation that is silent, otherwise the quietest one. */
static struct streams_old *free_old(struct streams_voice *voice)
{
    struct streams_old *found = voice->old;

    for (uint32_t i = 1; i < STREAMS_OLD; i++)
        if (ramp_now(&voice->old[i].fade.place) < ramp_now(&found->fade.place))
            found = &voice->old[i];
    return found;
}

/* Fades the current generation out over its cells before `until`, beside the new one. */
static void retire_stream(struct engine *engine, struct streams_voice *voice, uint64_t until)
{
    struct streams_old *old = free_old(voice);

    if (fade_is_silent(&voice->fade))
        return;
    *old = (struct streams_old){ .index = voice->index,
                                 .end = until,
                                 .fade = voice->fade,
                                 .left = ramp_now(&voice->left),
                                 .right = ramp_now(&voice->right),
                                 .group = voice->group };
    fade_out(&old->fade, engine->half->rate);
    fade_cut(&voice->fade);
}

/* Silences earlier generations within `frames`. */
static void cut_old(struct streams_voice *voice, uint32_t frames)
{
    for (uint32_t i = 0; i < STREAMS_OLD; i++)
        if (!fade_is_silent(&voice->old[i].fade))
            core_ramp_down(&voice->old[i].fade.place, frames);
}

/* ---- the start of a period ---- */

/* Reads a consistent header: the generation is the same before and after the other fields. Otherwise it keeps the old
 * copy. */
static bool read_header(struct core_stream *stream)
{
    const struct stream_memory *memory = stream->memory;
    uint32_t generation = atomic_load_explicit(&memory->generation, memory_order_acquire);
    uint64_t begin = atomic_load_explicit(&memory->begin, memory_order_acquire);
    uint64_t end = stream_end(memory, generation);
    uint32_t due = atomic_load_explicit(&memory->due, memory_order_acquire);
    bool is_whole = atomic_load_explicit(&memory->source, memory_order_acquire) == 0;

    if (atomic_load_explicit(&memory->generation, memory_order_acquire) != generation)
        return false;
    stream->generation = generation;
    stream->begin = begin;
    stream->end = end;
    stream->due = due;
    stream->is_whole = is_whole;
    return true;
}

static uint64_t index_within(uint64_t x, uint64_t low, uint64_t high)
{
    return x < low ? low : x > high ? high : x;
}

/* Frames since the generation was due, negative before; 0: it is due at once. */
static int32_t frames_late(const struct engine *engine, const struct core_stream *stream)
{
    return stream->due ? (int32_t)((uint32_t)(engine->half->frame + engine->at) - stream->due) : 0;
}

/* The index of the new generation's cell that belongs to this moment. */
static uint64_t first_cell(const struct engine *engine, const struct core_stream *stream)
{
    int32_t late = frames_late(engine, stream);

    return index_within(stream->begin + (late > 0 ? (uint32_t)late : 0), ring_taken(&stream->ring), stream->written);
}

/* True while a sounding voice keeps its old generation: the new one is not due, and the old one has cells left. */
static bool keeps_old(const struct engine *engine, const struct streams_voice *voice, const struct core_stream *stream)
{
    return frames_late(engine, stream) < 0 && voice->index + engine->period->frames < stream->begin;
}

/* Begins the ring's new generation; the old one fades out over its remaining cells. A stop goes on. */
static void change_generation(struct engine *engine, struct streams_voice *voice, const struct core_stream *stream)
{
    const bool is_fresh = voice->dry == STREAM_FRESH;

    if (streams_sounds(voice))
        retire_stream(engine, voice, stream->begin);
    for (uint32_t i = 0; i < STREAMS_OLD; i++)
        if (voice->old[i].end == UINT64_MAX)
            voice->old[i].end = stream->begin;
    voice->generation = stream->generation;
    voice->begin = index_within(stream->begin, ring_taken(&stream->ring), stream->written);
    voice->index = first_cell(engine, stream);
    voice->state = voice->state == STREAM_STOPS ? STREAM_STOPS : STREAM_PLAYS;
    voice->dry = is_fresh ? STREAM_FRESH : STREAM_WET;
    voice->start_reported = 0;
    fade_cut(&voice->fade);
}

static void follow_header(struct engine *engine, uint32_t number)
{
    struct core_stream *stream = &engine->stream[number];
    struct streams_voice *voice = &engine->half->streams.voice[number];
    uint64_t taken = ring_taken(&stream->ring);

    stream->written = taken + ring_ready(&stream->ring);
    voice->index = index_within(voice->index, taken, stream->written);
    for (uint32_t i = 0; i < STREAMS_OLD; i++)
        voice->old[i].index = index_within(voice->old[i].index, taken, stream->written);
    if (!streams_sounds(voice) || !read_header(stream) || stream->generation == 0 ||
        stream->generation == voice->generation || keeps_old(engine, voice, stream))
        return;
    if (voice->state == STREAM_PLAYS || (voice->state == STREAM_STOPS && stream->due)) {
        change_generation(engine, voice, stream);
    } else if (voice->state == STREAM_STOPS) {
        retire_stream(engine, voice, stream->begin);
        end_stream(engine, number, true);
    }
}

void streams_follow(struct engine *engine)
{
    for (uint32_t i = 0; i < STREAMS; i++)
        follow_header(engine, i);
}

/* ---- sound ---- */

static void part_cells(const float *restrict cells, float *restrict left, float *restrict right, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        left[i] = number_sane(cells[2 * i]);
        right[i] = number_sane(cells[2 * i + 1]);
    }
}

/* Copies frames of the voice from `index` on into the block's buffer; returns their number. */
static uint32_t fetch_cells(struct engine *engine, const struct core_stream *stream, uint64_t index, uint32_t frames)
{
    struct ring_span span = ring_look(&stream->ring, index, frames);
    float *left = engine->block.one[0], *right = engine->block.one[1];

    part_cells((const float *)(const void *)span.at[0], left, right, span.cells[0]);
    part_cells((const float *)(const void *)span.at[1], left + span.cells[0], right + span.cells[0], span.cells[1]);
    return span.cells[0] + span.cells[1];
}

static void render_one_old(struct engine *engine, const struct core_stream *stream, struct streams_old *old,
                           uint32_t frames)
{
    float(*group)[CORE_BLOCK] = engine->block.group[old->group];
    uint64_t until = index_within(old->end, old->index, old->index + frames);
    uint32_t n = fetch_cells(engine, stream, old->index, (uint32_t)(until - old->index));

    fade_apply(&old->fade, engine->block.one[0], engine->block.one[1], n);
    mix_add_gain(group[0], engine->block.one[0], number_sane(old->left), n);
    mix_add_gain(group[1], engine->block.one[1], number_sane(old->right), n);
    old->index += n;
    if (n < frames)
        fade_cut(&old->fade);
}

static void render_old(struct engine *engine, uint32_t number, uint32_t frames)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];

    for (uint32_t i = 0; i < STREAMS_OLD; i++)
        if (!fade_is_silent(&voice->old[i].fade))
            render_one_old(engine, &engine->stream[number], &voice->old[i], frames);
}

/* The end of the cells that may play at full gain: the end of the sound if known, else the start of the reserve. */
static uint64_t playable_cells(const struct engine *engine, const struct core_stream *stream, uint64_t index)
{
    uint64_t ready = stream->written - index;

    if (stream->end != UINT64_MAX && stream->end <= stream->written)
        return stream->end > index ? stream->end - index : 0;
    return ready > reserve_frames(engine) ? ready - reserve_frames(engine) : 0;
}

static bool is_played_out(const struct core_stream *stream, const struct streams_voice *voice)
{
    return stream->end != UINT64_MAX && voice->index >= stream->end && stream->end >= voice->begin;
}

/* Plays at most `frames`; returns their number. */
static uint32_t play_cells(struct engine *engine, uint32_t number, uint32_t at, uint32_t frames)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];
    float(*group)[CORE_BLOCK] = engine->block.group[voice->group];
    uint32_t n = fetch_cells(engine, &engine->stream[number], voice->index, frames);

    fade_apply(&voice->fade, engine->block.one[0], engine->block.one[1], n);
    mix_add_ramp(group[0] + at, engine->block.one[0], &voice->left, n);
    mix_add_ramp(group[1] + at, engine->block.one[1], &voice->right, n);
    voice->index += n;
    if (!voice->start_reported && n) {
        voice->start_reported = 1;
        send_stream_note(engine, number, NOTE_STREAM_STARTED, 0);
    }
    return n;
}

/* Starts the fade-out over the reserve. */
static void run_dry(struct engine *engine, uint32_t number)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];

    if (voice->dry)
        return;
    voice->dry = STREAM_DRY;
    fade_out(&voice->fade, engine->half->rate);
    if (voice->start_reported && voice->state == STREAM_PLAYS) {
        engine->half->streams.underruns++;
        send_stream_note(engine, number, NOTE_STREAM_DRY, 0);
    }
}

/* True if the next frame is the one with which the voice starts, or the file's own first frame. */
static bool begins_whole(const struct core_stream *stream, const struct streams_voice *voice)
{
    return (stream->is_whole || voice->dry == STREAM_FRESH) && stream->generation == voice->generation &&
           stream->begin == voice->index && voice->begin == voice->index;
}

static void run_wet(struct engine *engine, uint32_t number)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];

    if (voice->dry && voice->start_reported && voice->state == STREAM_PLAYS)
        send_stream_note(engine, number, NOTE_STREAM_WET, 0);
    if (begins_whole(&engine->stream[number], voice))
        fade_open(&voice->fade);
    else
        fade_in(&voice->fade, engine->half->rate);
    voice->dry = STREAM_WET;
}

/* The rest of the fade of a pause. */
static uint32_t fade_to_pause(struct engine *engine, uint32_t number, uint32_t at, uint32_t frames)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];
    const struct core_stream *stream = &engine->stream[number];
    const uint64_t end = stream->end < stream->written ? stream->end : stream->written;
    uint32_t n;

    if (fade_is_silent(&voice->fade))
        return 0;
    n = (uint32_t)index_within(end > voice->index ? end - voice->index : 0, 0,
                               core_least(frames, voice->fade.place.left));
    if (n)
        return play_cells(engine, number, at, n);
    fade_cut(&voice->fade);
    return 0;
}

/* Plays until the next change; returns the number of frames. */
static uint32_t advance_stream(struct engine *engine, uint32_t number, uint32_t at, uint32_t frames)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];
    uint64_t ready = playable_cells(engine, &engine->stream[number], voice->index);
    bool is_last = engine->stream[number].end <= engine->stream[number].written;

    if (voice->paused)
        return fade_to_pause(engine, number, at, frames);
    if (voice->state == STREAM_STOPS && voice->stop_in == 0)
        return play_cells(engine, number, at, frames);
    if ((voice->dry || fade_is_silent(&voice->fade)) && ready > (is_last ? 0 : reserve_frames(engine)))
        run_wet(engine, number);
    if (!voice->dry && ready == 0)
        run_dry(engine, number);
    if (fade_is_silent(&voice->fade))
        return 0;
    return play_cells(engine, number, at,
                      (uint32_t)index_within(voice->dry ? voice->fade.place.left : ready, 0, frames));
}

static void render_stream(struct engine *engine, uint32_t number, uint32_t frames)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];
    uint32_t done = 0, n = 1;

    while (done < frames && n > 0 && !is_played_out(&engine->stream[number], voice)) {
        uint32_t span = voice->stop_in ? core_least(frames - done, voice->stop_in) : frames - done;
        n = advance_stream(engine, number, done, span);
        done += n;
        if (voice->stop_in && (voice->stop_in -= n) == 0)
            fade_cut(&voice->fade);
        if (voice->state == STREAM_STOPS && (fade_is_silent(&voice->fade) || n == 0)) {
            end_stream(engine, number, true);
            return;
        }
    }
    if (is_played_out(&engine->stream[number], voice))
        end_stream(engine, number, voice->state == STREAM_STOPS);
}

/* A waiting voice begins when the ring's header has its generation. */
static void begin_stream(struct engine *engine, uint32_t number)
{
    struct core_stream *stream = &engine->stream[number];
    struct streams_voice *voice = &engine->half->streams.voice[number];

    if (read_header(stream) && stream->generation == voice->generation && frames_late(engine, stream) >= 0)
        change_generation(engine, voice, stream);
}

void streams_render(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct streams_voice *voice = &engine->half->streams.voice[i];
        if (voice->state == STREAM_WAITS)
            begin_stream(engine, i);
        render_old(engine, i, frames);
        if (streams_sounds(voice))
            render_stream(engine, i, frames);
    }
}

void streams_skip(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct streams_voice *voice = &engine->half->streams.voice[i];
        uint64_t ready = playable_cells(engine, &engine->stream[i], voice->index);
        if (streams_sounds(voice) && !voice->paused)
            voice->index += index_within(ready, 0, frames);
        for (uint32_t k = 0; k < STREAMS_OLD; k++)
            fade_cut(&voice->old[k].fade);
    }
}

/* ---- the end of a period ---- */

static uint64_t needed_index(const struct engine *engine, uint32_t number)
{
    const struct streams_voice *voice = &engine->half->streams.voice[number];
    const struct core_stream *stream = &engine->stream[number];
    uint64_t index = voice->index;

    if (voice->state == STREAM_SILENT || voice->state == STREAM_WAITS)
        index = atomic_load_explicit(&stream->memory->begin, memory_order_acquire);
    for (uint32_t i = 0; i < STREAMS_OLD; i++)
        if (!fade_is_silent(&voice->old[i].fade) && voice->old[i].index < index)
            index = voice->old[i].index;
    return index < stream->written ? index : stream->written;
}

void streams_release(struct engine *engine)
{
    for (uint32_t i = 0; i < STREAMS; i++)
        ring_release(&engine->stream[i].ring, needed_index(engine, i));
}

void streams_state(const struct engine *engine, struct state *state)
{
    const struct streams *streams = &engine->half->streams;

    state->underruns = streams->underruns;
    for (uint32_t i = 0; i < STREAMS; i++) {
        const struct streams_voice *voice = &streams->voice[i];
        bool sounds = streams_sounds(voice);
        state->streams[i] = (struct state_voice){ .generation = sounds ? voice->generation : 0,
                                                  .tag = sounds ? voice->tag : 0,
                                                  .position = sounds ? (int64_t)(voice->index - voice->begin) : 0 };
    }
}

/* ---- cues ---- */

static void aim_gains(struct engine *engine, struct streams_voice *voice, const struct cue *cue)
{
    struct mix_pan pan = mix_pan(cue->pan);
    float gain = number_within(cue->value, 0, 16);
    uint32_t frames = core_frames(cue->seconds, engine->half->rate);

    frames = frames > fade_frames(engine->half->rate) ? frames : fade_frames(engine->half->rate);
    ramp_to(&voice->left, gain * pan.left, frames);
    ramp_to(&voice->right, gain * pan.right, frames);
}

bool streams_start(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct streams_voice *voice;
    bool fades_in;

    (void)producer;
    if (cue->voice >= STREAMS || cue->group >= GROUPS || cue->generation == 0)
        return false;
    voice = &engine->half->streams.voice[cue->voice];
    if (voice->state == STREAM_PLAYS && voice->generation == cue->generation) {
        voice->tag = cue->tag;
        aim_gains(engine, voice, cue);
        return true;
    }
    /* A start of a voice that plays is a seek whose header was not read yet; one of a waiting voice takes its place. */
    if (voice->state != STREAM_WAITS)
        voice->dry = voice->state == STREAM_PLAYS ? STREAM_WET : STREAM_FRESH;
    if (voice->state != STREAM_WAITS && voice->state != STREAM_PLAYS)
        voice->paused = 0;
    if (streams_sounds(voice))
        retire_stream(engine, voice, UINT64_MAX);
    fades_in = cue->seconds > 0.005f;
    voice->state = STREAM_WAITS;
    voice->generation = cue->generation;
    voice->tag = cue->tag;
    voice->group = cue->flags & CUE_PREVIEW ? GROUP_PREVIEW : cue->group;
    voice->start_reported = 0;
    voice->stop_in = 0;
    if (voice->group == GROUP_PREVIEW)
        mixer_open_returns(engine);
    ramp_set(&voice->left, 0);
    ramp_set(&voice->right, 0);
    aim_gains(engine, voice, cue);
    if (!fades_in) {
        ramp_set(&voice->left, voice->left.target);
        ramp_set(&voice->right, voice->right.target);
    }
    return true;
}

static void stop_stream(struct engine *engine, uint32_t number, uint32_t frames)
{
    struct streams_voice *voice = &engine->half->streams.voice[number];

    if (voice->state == STREAM_WAITS || (voice->state != STREAM_SILENT && fade_is_silent(&voice->fade))) {
        end_stream(engine, number, true);
    } else if (streams_sounds(voice)) {
        voice->state = STREAM_STOPS;
        voice->stop_in = frames;
        if (!frames)
            fade_out(&voice->fade, engine->half->rate);
        else
            core_ramp_down(&voice->left, frames), core_ramp_down(&voice->right, frames);
    }
}

/* True if the cue names the voice's generation, or the one of the header that is due later. */
static bool means_voice(const struct engine *engine, const struct cue *cue)
{
    const struct streams_voice *voice = &engine->half->streams.voice[cue->voice];
    const struct stream_memory *memory = engine->stream[cue->voice].memory;

    return voice->generation == cue->generation ||
           (streams_sounds(voice) &&
            atomic_load_explicit(&memory->generation, memory_order_acquire) == cue->generation);
}

bool streams_stop(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    const struct streams_voice *voice;
    uint32_t frames = core_frames(cue->seconds, engine->half->rate);

    (void)producer;
    if (cue->voice >= STREAMS)
        return false;
    voice = &engine->half->streams.voice[cue->voice];
    cues_forget_stream(engine, cue->voice, cue->generation);
    if (voice->state == STREAM_SILENT || !means_voice(engine, cue))
        return false;
    stop_stream(engine, cue->voice, frames > fade_frames(engine->half->rate) ? frames : 0);
    if (voice->group == GROUP_PREVIEW)
        mixer_close_returns(engine, core_most(frames, fade_frames(engine->half->rate)));
    return true;
}

bool streams_gain(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    struct streams_voice *voice;
    bool waits;

    (void)producer;
    if (cue->voice >= STREAMS)
        return false;
    waits = cues_aim_stream(engine, cue);
    voice = &engine->half->streams.voice[cue->voice];
    if (voice->state == STREAM_SILENT || voice->state == STREAM_STOPS || !means_voice(engine, cue))
        return waits;
    aim_gains(engine, voice, cue);
    return true;
}

/* Of whichever generation: the header of a seek may be read before the cue that was sent earlier. */
bool streams_pause(struct engine *engine, const struct cue *cue, uint32_t producer)
{
    const bool pauses = cue->value > 0;
    struct streams_voice *voice;

    (void)producer;
    if (cue->voice >= STREAMS)
        return false;
    voice = &engine->half->streams.voice[cue->voice];
    if (voice->state != STREAM_PLAYS && voice->state != STREAM_WAITS)
        return false;
    if (pauses == (voice->paused != 0))
        return true;
    voice->paused = pauses;
    if (pauses && !fade_is_silent(&voice->fade))
        fade_out(&voice->fade, engine->half->rate);
    else if (!pauses && !fade_is_silent(&voice->fade) && !voice->dry)
        fade_in(&voice->fade, engine->half->rate);
    send_stream_note(engine, cue->voice, NOTE_STREAM_PAUSED, pauses);
    return true;
}

void streams_silence(struct engine *engine, uint32_t frames)
{
    for (uint32_t i = 0; i < STREAMS; i++) {
        cut_old(&engine->half->streams.voice[i], frames ? frames : 1);
        stop_stream(engine, i, frames ? frames : 1);
    }
}
