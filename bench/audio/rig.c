#include "bench/audio/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "services/audio/jack/engine_open.h"

enum { SOUND_FRAMES = 48000, FILL = 24000 };

int64_t rig_cpu_ns(void)
{
    struct timespec at;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* ---- sounds and streams ---- */

void rig_score(struct rig *rig, bool sequencer)
{
    struct snapshot view = studio_score(rig->studio);
    struct score *score = &rig->score;

    *score = (struct score){
        .serial = score->serial + 1, .tempo = 140, .next_bar = -1, .next_swing = -1, .limiter_ceiling = 1, .swing = 0.2
    };
    score->master.gain = 0.5f;
    for (int i = 0; i < GROUPS; i++)
        score->groups[i].gain = 0.1f;
    score->now = (struct score_pattern){ .serial = 1,
                                         .steps = 16,
                                         .reverb_mix = 0.3f,
                                         .reverb_room = 0.5f,
                                         .reverb_damp = 0.5f,
                                         .delay_time = 0.25f,
                                         .delay_feedback = 0.4f,
                                         .delay_mix = 0.3f,
                                         .delay_lowcut = 100,
                                         .delay_highcut = 5000,
                                         .acid_cutoff = 1500,
                                         .acid_res = 0.45f,
                                         .acid_env = 2500,
                                         .acid_decay = 0.25f,
                                         .acid_mix = 1 };
    for (uint32_t r = 0; sequencer && r < 16; r++) {
        struct score_row *row = &score->now.rows[r];
        *row =
            (struct score_row){ .used = 1, .sound = SCORE_NO_SOUND, .amp = 0.2f, .gate = 0.8f, .accent_boost = 1000 };
        row->voice = (struct score_voice){ .freq = 110 * (float)(r + 1),
                                           .filter_freq = 1500,
                                           .filter_q = 4,
                                           .attack = 0.001f,
                                           .decay = 0.05f,
                                           .sustain = 0.7f,
                                           .release = 0.1f,
                                           .reverb_send = 0.3f,
                                           .delay_send = 0.3f,
                                           .wave = r % WAVES,
                                           .acid = r == 0 };
        memset(row->steps, STEP_NORMAL, sizeof(row->steps));
    }
    memcpy(snapshot_draft(&view), score, sizeof(*score));
    snapshot_publish(&view);
}

void rig_cue(struct rig *rig, struct cue cue)
{
    struct ring cues = studio_cues(rig->studio, CUES_CONTROL);

    ring_write(&cues, &cue, 1);
}

struct cue rig_loop(uint32_t sound, float ratio)
{
    return (struct cue){ .frame = CUE_NOW,
                         .verb = CUE_SOUND_START,
                         .voice = CUE_ANY_VOICE,
                         .sound = sound,
                         .generation = 1,
                         .group = GROUP_SOUNDS,
                         .value = 0.5f,
                         .flags = CUE_LOOP,
                         .ratio = ratio };
}

void rig_sounds(struct rig *rig)
{
    struct sounds_memory *sounds = studio_sounds(rig->studio);

    for (uint32_t slot = 0; slot < 64; slot++) {
        struct sound_entry *entry = &sounds->entries[slot];
        entry->offset = (uint64_t)slot * 2 * SOUND_FRAMES;
        entry->frames = SOUND_FRAMES;
        entry->channels = 2;
        entry->rate = RATE;
        entry->generation = 1;
        entry->state = SOUND_READY;
    }
    for (uint32_t i = 0; i < 64 * 2 * SOUND_FRAMES; i++)
        sounds->samples[i] = (float)(int32_t)(i * 2654435761u) * 0x1p-33f;
}

void rig_start(struct rig *rig, uint32_t voices)
{
    for (uint32_t i = 0; i < voices / 3; i++) {
        struct ring ring;
        struct stream_memory *stream = studio_stream(rig->studio, i, &ring);
        stream->begin = ring_written(&ring);
        stream->generation = stream->generation + 1;
        rig_cue(rig, (struct cue){ .frame = CUE_NOW,
                                   .verb = CUE_STREAM_START,
                                   .voice = i,
                                   .value = 0.5f,
                                   .generation = stream->generation,
                                   .pan = (float)(i % 5) * 0.4f - 0.8f });
    }
    for (uint32_t i = 0; i < voices - voices / 3; i++) {
        struct cue cue = rig_loop(i, 0.75f + 0.0073f * (float)i);
        cue.pan = (float)(i % 5) * 0.4f - 0.8f;
        rig_cue(rig, cue);
    }
}

/* Fills the rings as the streamer would, between periods. */
void rig_feed(struct rig *rig, uint32_t voices)
{
    for (uint32_t i = 0; i < voices / 3; i++) {
        struct ring ring;
        (void)studio_stream(rig->studio, i, &ring);
        if (ring_ready(&ring) >= FILL)
            continue;
        ring_write(&ring, rig->noise, FILL);
    }
}

/* The sound of each insert comes back as noise. */
static void open_ports(const struct rig *rig, struct engine_period *period)
{
    float *const *sinks = rig->buffers + 6;

    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < CHAINS; i++)
            period->returns[i][side] = rig->noise;
        for (uint32_t i = 0; i < GROUPS; i++)
            period->own[i][side] = i == GROUP_PREVIEW ? NULL : sinks[side];
        period->insert[side] = sinks[side];
    }
    period->chains = rig->chains;
}

int64_t rig_period(struct rig *rig, uint32_t frames)
{
    struct engine_midi midi[ENGINE_MIDI];
    struct engine_period period = { .frames = frames,
                                    .rate = RATE,
                                    .at = rig->frame * 1000000 / RATE,
                                    .frame = rig->frame,
                                    .capture = { rig->buffers[0], rig->buffers[1] },
                                    .returns = { [CHAIN_PREVIEW] = { rig->buffers[0], rig->buffers[1] } },
                                    .main = { rig->buffers[2], rig->buffers[3] },
                                    .preview = { rig->buffers[4], rig->buffers[5] },
                                    .midi_out = midi,
                                    .jack_step = -1 };
    if (rig->has_ports)
        open_ports(rig, &period);
    int64_t before = rig_cpu_ns();

    engine_run(rig->engine, &period);
    rig->frame += frames;
    return rig_cpu_ns() - before;
}

void rig_drain(struct rig *rig)
{
    struct note note;

    for (uint32_t i = 0; i < CUES_RINGS; i++) {
        struct ring notes = studio_notes(rig->studio, i);
        while (ring_read(&notes, &note, 1))
            ;
    }
}

/* ---- opening, periods, closing ---- */

bool rig_open(struct rig *rig, struct fault *fault)
{
    (void)snprintf(rig->home, sizeof(rig->home), "/tmp/loophole-bench-XXXXXX");
    if (!mkdtemp(rig->home) || setenv("LOOPHOLE_HOME", rig->home, 1) != 0 || paths_find(&rig->paths, fault) != ERR_OK ||
        studio_make(&rig->paths, fault) != ERR_OK || studio_open(&rig->paths, &rig->studio, fault) != ERR_OK ||
        engine_open(rig->studio, 0, &rig->engine, fault) != ERR_OK)
        return false;
    for (int i = 0; i < 8; i++)
        rig->buffers[i] = calloc(ENGINE_FRAMES, sizeof(float));
    rig->noise = malloc(2 * FILL * sizeof(float));
    for (uint32_t i = 0; i < 2 * FILL; i++)
        rig->noise[i] = (float)(int32_t)(i * 2654435761u) * 0x1p-33f;
    rig_sounds(rig);
    return true;
}

void rig_close(struct rig *rig)
{
    char command[64];

    for (int i = 0; i < 8; i++)
        free(rig->buffers[i]);
    free(rig->noise);
    engine_close(rig->engine);
    studio_close(rig->studio);
    (void)studio_remove(&rig->paths);
    (void)snprintf(command, sizeof(command), "rm -rf %s", rig->home);
    if (system(command) != 0)
        fprintf(stderr, "bench_engine: %s is left\n", rig->home);
}
