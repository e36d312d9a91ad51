/* stage.h: the engine without JACK: a studio in a home of its own, a server whose clock the test moves, and all output
 * of the engine, frame by frame. Frame 0 of the audio clock is the first recorded one. */
#ifndef LOOPHOLE_TESTS_AUDIO_STAGE_H
#define LOOPHOLE_TESTS_AUDIO_STAGE_H

#include <math.h>

#include "common/shared/studio.h"
#include "services/audio/dsp/fade.h"
#include "services/audio/jack/engine_open.h"
#include "services/audio/rt/engine.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

enum { STAGE_RATE = 48000, STAGE_MOST = 48000 * 12, STAGE_MIDI = 4096, STAGE_NOTES = 8192 };

struct stage_midi {
    int64_t frame;
    uint32_t length;
    uint8_t bytes[3];
};

struct stage {
    struct home *home;
    struct studio *studio;
    struct engine *engine[2];
    struct snapshot score_view;
    struct score score; /* the draft */
    uint32_t rate, period;
    bool listens;        /* to the right input */
    uint64_t client;     /* of JACK */
    uint32_t wired;      /* its inputs */
    uint32_t midi_wired; /* connections of its MIDI output */
    uint32_t control_wired;
    struct engine_midi control_out[ENGINE_MIDI]; /* of the last period: last.control_out_count */
    bool runs_twice;                             /* each period, as JACK does if a client is late */
    int64_t server;                              /* its frame clock */
    uint32_t recorded;
    float *main[2], *preview[2], *in[2], *returns[2]; /* STAGE_MOST frames each */
    uint32_t latency_frames[CHAINS];                  /* of the inserts */
    bool awaits_chains;                               /* of a new client */
    uint32_t chains; /* of the period: bits of the inserts that are made; all of them read `returns` */
    float chain;     /* the preview's output returns times this, a period later; NAN: the test sets `returns` */
    struct engine_midi midi_in[ENGINE_MIDI];
    struct stage_midi play[STAGE_MIDI], sent[STAGE_MIDI]; /* in and out, by recorded frame */
    uint8_t ports[STAGE_MIDI];                            /* where each of `play` arrives */
    uint32_t to_play, played, sent_count;
    struct note notes[STAGE_NOTES];
    uint32_t note_count;
    struct engine_period last; /* the answers of the last period */
    enum engine_jack_state jack_state;
    int64_t jack_frame;
    double jack_tempo, jack_step, jack_slack;
    bool jack_joined; /* for one period */
    uint64_t samples; /* used part of the sample memory */
};

static inline void stage_default(struct score *score)
{
    *score = (struct score){ .serial = 1, .tempo = 120, .next_bar = -1, .next_swing = -1, .limiter_ceiling = 1 };
    score->master.gain = 1;
    for (uint32_t i = 0; i < GROUPS; i++)
        score->groups[i].gain = 1;
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        score->pads[i] = (struct score_pad){
            .sound = SCORE_NO_SOUND, .note = 255, .channel = 255, .gain = 1, .ratio = 1, .curve = 1
        };
}

static inline void stage_score(struct stage *stage)
{
    stage->score.serial++;
    memcpy(snapshot_draft(&stage->score_view), &stage->score, sizeof(stage->score));
    snapshot_publish(&stage->score_view);
}

static inline void stage_open_engines(struct stage *stage)
{
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(engine_open(stage->studio, i, &stage->engine[i], NULL), ERR_OK);
    stage->rate = STAGE_RATE;
    stage->period = 256;
    stage->server = 1000;
    stage->jack_step = -1;
    stage->midi_wired = 1;
}

/* Returns the stage to its initial state, except for delay lines and buffers: much faster than a new stage. */
static inline void stage_again(struct stage *stage)
{
    struct slots state = studio_state(stage->studio);

    for (uint32_t i = 0; i < 2; i++)
        engine_close(stage->engine[i]);
    memset(studio_engine(stage->studio), 0, 1 << 19);
    slots_make(state.memory, sizeof(struct state));
    for (uint32_t i = 0; i < CUES_RINGS; i++) {
        ring_make(studio_cues(stage->studio, i).memory, sizeof(struct cue), CUES_CELLS);
        ring_make(studio_notes(stage->studio, i).memory, sizeof(struct note), NOTES_CELLS);
    }
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct ring ring;
        studio_stream(stage->studio, i, &ring)->generation = 0;
        ring_make(ring.memory, 2 * sizeof(float), STREAM_FRAMES);
    }
    for (uint32_t i = 0; i < CAPTURES; i++) {
        struct ring ring;
        (void)studio_capture(stage->studio, i, &ring);
        ring_make(ring.memory, 2 * sizeof(float), CAPTURE_FRAMES);
    }
    stage->recorded = stage->note_count = stage->to_play = stage->played = stage->sent_count = 0;
    stage->samples = 0;
    stage_open_engines(stage);
}

static inline int stage_new(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));

    assert_non_null(stage);
    (void)home_make((void **)&stage->home);
    assert_int_equal(studio_make(&stage->home->paths, NULL), ERR_OK);
    assert_int_equal(studio_open(&stage->home->paths, &stage->studio, NULL), ERR_OK);
    for (uint32_t i = 0; i < 2; i++) {
        stage->main[i] = calloc(STAGE_MOST, sizeof(float));
        stage->preview[i] = calloc(STAGE_MOST, sizeof(float));
        stage->in[i] = calloc(STAGE_MOST, sizeof(float));
        stage->returns[i] = calloc(STAGE_MOST + ENGINE_FRAMES, sizeof(float));
    }
    stage_open_engines(stage);
    stage->score_view = studio_score(stage->studio);
    stage_default(&stage->score);
    stage_score(stage);
    *state = stage;
    return 0;
}

static inline int stage_end(void **state)
{
    struct stage *stage = *state;

    for (int i = 0; i < 2; i++) {
        engine_close(stage->engine[i]);
        free(stage->main[i]);
        free(stage->preview[i]);
        free(stage->in[i]);
        free(stage->returns[i]);
    }
    studio_close(stage->studio);
    (void)studio_remove(&stage->home->paths);
    (void)home_remove((void **)&stage->home);
    free(stage);
    return 0;
}

#define STAGE_CLAIM(name) CLAIM_WITH(name, stage_new, stage_end)

/* ---- the server ---- */

static inline void stage_read_notes(struct stage *stage)
{
    struct ring notes = studio_notes(stage->studio, CUES_CONTROL);

    while (stage->note_count < STAGE_NOTES && ring_read(&notes, &stage->notes[stage->note_count], 1))
        stage->note_count++;
}

static inline uint32_t stage_midi_in(struct stage *stage, uint32_t frames)
{
    uint32_t n = 0;

    for (; stage->played < stage->to_play && stage->play[stage->played].frame < stage->recorded + frames; n++) {
        const struct stage_midi *from = &stage->play[stage->played++];
        stage->midi_in[n] = (struct engine_midi){ .at = (uint32_t)(from->frame - stage->recorded),
                                                  .length = (uint8_t)from->length,
                                                  .port = stage->ports[stage->played - 1] };
        memcpy(stage->midi_in[n].bytes, from->bytes, 3);
    }
    return n;
}

/* Runs one period of one instance, recorded or not. */
static inline void stage_period(struct stage *stage, uint32_t instance, uint32_t frames, bool record)
{
    static float nowhere[4][ENGINE_FRAMES];
    struct engine_midi midi_out[ENGINE_MIDI];
    uint32_t at = stage->recorded;
    struct engine_period period = { .frames = frames,
                                    .rate = stage->rate,
                                    .at = stage->server * 1000000 / stage->rate,
                                    .frame = stage->server,
                                    .capture = { stage->in[0] + at, stage->in[1] + at },
                                    .client = stage->client,
                                    .wired = stage->wired,
                                    .midi_wired = stage->midi_wired,
                                    .listen = stage->listens ? stage->in[1] + at : NULL,
                                    .chains = stage->chains,
                                    .awaits_chains = stage->awaits_chains,
                                    .main = { nowhere[0], nowhere[1] },
                                    .preview = { nowhere[2], nowhere[3] },
                                    .midi_in = stage->midi_in,
                                    .midi_in_count = record ? stage_midi_in(stage, frames) : 0,
                                    .midi_out = midi_out,
                                    .control_wired = stage->control_wired,
                                    .control_out = stage->control_out,
                                    .jack_state = stage->jack_state,
                                    .jack_frame = stage->jack_frame,
                                    .jack_tempo = stage->jack_tempo,
                                    .jack_step = stage->jack_step,
                                    .jack_slack = stage->jack_slack,
                                    .jack_joined = stage->jack_joined };

    for (int i = 0; i < CHAINS; i++)
        for (int side = 0; side < 2; side++)
            period.returns[i][side] = stage->returns[side] + at;
    memcpy(period.latency_frames, stage->latency_frames, sizeof(period.latency_frames));
    for (int i = 0; record && i < 2; i++) {
        period.main[i] = stage->main[i] + at;
        period.preview[i] = stage->preview[i] + at;
    }
    engine_run(stage->engine[instance], &period);
    stage->jack_joined = false;
    for (uint32_t i = 0; record && stage->chain == stage->chain && i < frames; i++)
        for (int side = 0; side < 2; side++)
            stage->returns[side][at + frames + i] = stage->chain * stage->preview[side][at + i];
    for (uint32_t i = 0; record && i < period.midi_out_count && stage->sent_count < STAGE_MIDI; i++) {
        struct stage_midi *to = &stage->sent[stage->sent_count++];
        *to = (struct stage_midi){ .frame = at + midi_out[i].at, .length = midi_out[i].length };
        memcpy(to->bytes, midi_out[i].bytes, 3);
    }
    stage->last = period;
}

static inline void stage_pass(struct stage *stage, uint32_t frames)
{
    stage->recorded += frames;
    stage->server += frames;
    if (stage->jack_state == JACK_ROLLING)
        stage->jack_frame += frames;
}

/* Runs instance 0 until `until` frames are recorded. */
static inline void stage_run(struct stage *stage, uint32_t until)
{
    while (stage->recorded < until) {
        uint32_t left = until - stage->recorded, frames = left < stage->period ? left : stage->period;
        for (int times = 0; times < 1 + stage->runs_twice; times++)
            stage_period(stage, 0, frames, true);
        stage_pass(stage, frames);
        stage_read_notes(stage);
    }
}

/* ---- the input of the engine ---- */

static inline void stage_cue(struct stage *stage, struct cue cue)
{
    struct ring cues = studio_cues(stage->studio, CUES_CONTROL);

    assert_int_equal(ring_write(&cues, &cue, 1), 1);
}

static inline void stage_start_transport(struct stage *stage, int64_t frame, float bars)
{
    stage_cue(stage, (struct cue){ .frame = frame, .verb = CUE_TRANSPORT_START, .value = bars });
}

/* Gives the engines the score, and starts the transport at the first frame. */
static inline void stage_play(struct stage *stage)
{
    stage_score(stage);
    stage_start_transport(stage, 0, 0);
}

/* A new generation on a stream's ring, which does not begin at the file's own first frame. */
static inline void stage_generation(struct stage *stage, uint32_t number, uint32_t generation)
{
    struct ring ring;
    struct stream_memory *stream = studio_stream(stage->studio, number, &ring);

    stream->begin = ring_written(&ring);
    stream->rate = stage->rate;
    stream->source = 1;
    stream->due = 0;
    stream->generation = generation;
}

/* A new generation whose first cell belongs to this frame of the audio clock. */
static inline void stage_due_generation(struct stage *stage, uint32_t number, uint32_t generation, int64_t frame)
{
    struct ring ring;
    struct stream_memory *stream = studio_stream(stage->studio, number, &ring);

    stream->begin = ring_written(&ring);
    stream->due = stream_due(frame);
    stream->generation = generation;
}

/* A new generation that begins at the file's own first frame. */
static inline void stage_first_generation(struct stage *stage, uint32_t number, uint32_t generation)
{
    struct ring ring;

    stage_generation(stage, number, generation);
    studio_stream(stage->studio, number, &ring)->source = 0;
}

/* The counter as audio: exact in float32, and far below any ceiling. */
static inline float stage_count(uint32_t number)
{
    return (float)number * 0x1p-24f;
}

static inline void stage_fill(struct stage *stage, uint32_t number, uint32_t first, uint32_t frames)
{
    struct ring ring;

    (void)studio_stream(stage->studio, number, &ring);
    for (uint32_t i = 0; i < frames; i++) {
        float frame[2] = { stage_count(first + i), -stage_count(first + i) };
        assert_int_equal(ring_write(&ring, frame, 1), 1);
    }
}

static inline void stage_finish(struct stage *stage, uint32_t number)
{
    struct ring ring;
    struct stream_memory *stream = studio_stream(stage->studio, number, &ring);

    stream_end_at(stream, ring_written(&ring));
}

static inline void stage_start_stream(struct stage *stage, uint32_t number, uint32_t generation, int64_t frame)
{
    stage_cue(stage, (struct cue){ .frame = frame,
                                   .verb = CUE_STREAM_START,
                                   .voice = number,
                                   .generation = generation,
                                   .group = GROUP_STREAMS,
                                   .value = 1 });
}

/* Writes a mono sound of generation 1 into a slot. */
static inline void stage_sound(struct stage *stage, uint32_t slot, const float *from, uint32_t frames)
{
    struct sounds_memory *sounds = studio_sounds(stage->studio);
    struct sound_entry *entry = &sounds->entries[slot];

    memcpy(sounds->samples + stage->samples, from, frames * sizeof(*from));
    entry->offset = stage->samples;
    entry->frames = frames;
    entry->channels = 1;
    entry->rate = stage->rate;
    entry->generation = 1;
    entry->state = SOUND_READY;
    stage->samples += frames;
}

/* A sound of one level, 40,000 frames long. */
static inline void stage_constant(struct stage *stage, uint32_t slot, float level)
{
    float x[40000];

    for (uint32_t i = 0; i < sizeof(x) / sizeof(*x); i++)
        x[i] = level;
    stage_sound(stage, slot, x, sizeof(x) / sizeof(*x));
}

static inline struct cue stage_sound_start(uint32_t slot, int64_t frame)
{
    return (struct cue){ .frame = frame,
                         .verb = CUE_SOUND_START,
                         .voice = CUE_ANY_VOICE,
                         .sound = slot,
                         .generation = 1,
                         .group = GROUP_SOUNDS,
                         .value = 1,
                         .ratio = 1 };
}

/* ---- the output of the engine ---- */

/* The frequency of a tone in Hz, from its rising zeros. */
static inline double stage_hz(const float *x, uint32_t frames)
{
    double first = -1, last = 0;
    uint32_t turns = 0;

    for (uint32_t i = 1; i < frames; i++)
        if (x[i - 1] < 0 && x[i] >= 0) {
            last = i - (double)x[i] / (double)(x[i] - x[i - 1]);
            turns += first >= 0;
            first = first < 0 ? last : first;
        }
    return turns * STAGE_RATE / (last - first);
}

static inline void stage_near(double is, double should, double by)
{
    if (!(fabs(is - should) <= by))
        fail_msg("%.9g, expected %.9g within %.3g", is, should, by);
}

/* The first frame that is not silent, starting at `from`; STAGE_MOST: none. */
static inline uint32_t stage_onset(const struct stage *stage, uint32_t from)
{
    for (uint32_t i = from; i < stage->recorded; i++)
        if (fabsf(stage->main[0][i]) > 0 || fabsf(stage->main[1][i]) > 0)
            return i;
    return STAGE_MOST;
}

static inline float stage_peak(const struct stage *stage, uint32_t from, uint32_t until)
{
    float most = 0;

    for (uint32_t i = from; i < until; i++)
        most = fmaxf(most, fmaxf(fabsf(stage->main[0][i]), fabsf(stage->main[1][i])));
    return most;
}

static inline bool stage_is_silent(const struct stage *stage, uint32_t from, uint32_t until)
{
    uint32_t onset = stage_onset(stage, from);

    return onset >= until;
}

static inline const struct note *stage_note(const struct stage *stage, uint32_t kind, uint32_t which)
{
    for (uint32_t i = 0; i < stage->note_count; i++)
        if (stage->notes[i].kind == kind && which-- == 0)
            return &stage->notes[i];
    return NULL;
}

static inline struct state stage_state(const struct stage *stage)
{
    struct slots slots = studio_state(stage->studio);
    struct state state;

    assert_true(slots_get(&slots, &state, NULL));
    return state;
}

/* The gain of a fade that began `frames` ago: fade.h. */
static inline double stage_fade(uint32_t frames)
{
    double place = (double)(frames + 1) / fade_frames(STAGE_RATE);

    return place >= 1 ? 1 : place * place * (3 - 2 * place);
}

#endif
