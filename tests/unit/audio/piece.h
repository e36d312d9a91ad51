/* piece.h: a short piece that uses everything at frames that are not multiples of anything: streams, sounds at several
 * pitches, pads, every kind of row, acid, reverb, delay, swing, tempo and pattern changes, metronome. */
#ifndef LOOPHOLE_TESTS_AUDIO_PIECE_H
#define LOOPHOLE_TESTS_AUDIO_PIECE_H

#include "tests/unit/audio/stage.h"

static inline float piece_noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)((double)*seed / 0x1p31 - 1) * 0.1f;
}

static inline void piece_sounds(struct stage *stage)
{
    static float x[24000];
    uint32_t seed = 1;

    for (uint32_t slot = 0; slot < 4; slot++) {
        uint32_t frames = 3000 + 7000 * slot;
        for (uint32_t i = 0; i < frames; i++)
            x[i] = piece_noise(&seed);
        stage_sound(stage, slot, x, frames);
    }
}

static inline void piece_rows(struct score_pattern *pattern)
{
    for (uint32_t r = 0; r < 12; r++) {
        struct score_row *row = &pattern->rows[r];
        *row = (struct score_row){ .used = 1,
                                   .sound = r < 8 ? SCORE_NO_SOUND : r - 8,
                                   .generation = 1,
                                   .amp = 0.1f,
                                   .gate = 0.2f + 0.1f * (float)(r % 9),
                                   .pan = (float)r / 6 - 1,
                                   .ratio = 1.1f,
                                   .filter_freq = r % 2 ? 900 : 0,
                                   .accent_boost = 1500,
                                   .note_count = r % 4 };
        row->voice = (struct score_voice){ .freq = 55 * (float)(r + 1),
                                           .filter_freq = 2000,
                                           .filter_q = 3,
                                           .wave = r % 5,
                                           .attack = 0.002f,
                                           .decay = 0.03f,
                                           .sustain = 0.5f,
                                           .release = 0.05f,
                                           .reverb_send = r % 3 ? 0.5f : 0,
                                           .delay_send = r % 4 ? 0.3f : 0,
                                           .acid = r == 3 || r == 5 };
        row->velocity_count = row->ratchet_count = row->timing_count = row->probability_count = r % 3 == 1 ? 40 : 0;
        row->midi = r == 2 || r == 7 ? r : 0;
        row->length = r % 5 == 4 ? 13 : 0;
        for (uint32_t s = 0; s < SCORE_STEPS; s++) {
            row->velocity[s] = 0.3f + 0.01f * (float)s;
            row->timing[s] = 0.5f - 0.07f * (float)(s % 15);
            row->probability[s] = 0.6f;
            row->ratchet[s] = (uint8_t)(1 + s % 8 * (s % 3 == 0));
        }
        for (uint32_t n = 0; n < SCORE_NOTES; n++)
            row->notes[n] = 110 * (float)(n + 1);
        for (uint32_t s = 0; s < SCORE_STEPS; s++)
            row->steps[s] = (s * 7 + r * 5) % 3 ? STEP_REST : (s + r) % 4 ? STEP_NORMAL : STEP_ACCENT;
    }
}

static inline void piece_score(struct stage *stage)
{
    struct score *score = &stage->score;

    score->tempo = 173.3;
    score->swing = 0.21;
    score->metronome = score->midi_clock_out = 1;
    score->now = (struct score_pattern){ .serial = 1,
                                         .steps = 48,
                                         .reverb_mix = 0.3f,
                                         .reverb_room = 0.5f,
                                         .reverb_damp = 0.5f,
                                         .delay_time = 0.133f,
                                         .delay_feedback = 0.5f,
                                         .delay_mix = 0.4f,
                                         .delay_lowcut = 100,
                                         .delay_highcut = 5000,
                                         .acid_cutoff = 1500,
                                         .acid_res = 0.7f,
                                         .acid_env = 2500,
                                         .acid_decay = 0.25f,
                                         .acid_drive = 0.2f,
                                         .acid_mix = 1,
                                         .acid_comp = 0.5f };
    piece_rows(&score->now);
    score->next = score->now;
    score->next.serial = 2;
    score->next.steps = 16;
    score->next.delay_time = 0.2f;
    score->next.rows[0].amp = 0.3f;
    score->next_bar = 1;
    score->next_tempo = 200;
    for (uint32_t i = 0; i < 4; i++) {
        score->pads[i].sound = i;
        score->pads[i].generation = 1;
        score->pads[i].note = (uint8_t)(60 + i);
        score->pads[i].mode = i % 3;
        score->pads[i].ratio = 0.9f + 0.1f * (float)i;
        score->pads[i].choke = i / 2;
        score->pads[i].decay = i % 2 ? 0.05f : 0;
        score->pads[i].sustain = 0.6f;
        score->pads[i].cutoff = i == 2 ? 1800 : 0;
        score->pads[i].resonance = 3;
        score->pads[i].reverb = i == 1 ? 0.4f : 0;
        score->pads[i].delay = i == 2 ? 0.4f : 0;
        score->pads[i].layer_count = i == 3 ? 2 : 0;
        for (uint32_t k = 0; k < 2; k++)
            score->pads[i].layers[k] = (struct score_layer){
                .sound = k, .generation = 1, .low = 0, .high = 0.4f, .gain = 1, .ratio = 1.3f, .from = 40 * k
            };
    }
    stage_score(stage);
}

/* The cues of the first `until` frames. */
static inline void piece_cues(struct stage *stage, uint32_t until)
{
    stage_start_transport(stage, 0, 0);
    for (uint32_t i = 0; i < 6; i++) {
        stage_generation(stage, i, 1);
        stage_fill(stage, i, 1 << (16 + i), 100000);
        stage_start_stream(stage, i, 1, 100 + 777 * i);
    }
    stage_cue(stage, (struct cue){ .frame = 31234,
                                   .verb = CUE_STREAM_GAIN,
                                   .voice = 1,
                                   .generation = 1,
                                   .value = 0.3f,
                                   .pan = 0.4f,
                                   .seconds = 0.1f });
    stage_cue(stage,
              (struct cue){ .frame = 41111, .verb = CUE_STREAM_STOP, .voice = 2, .generation = 1, .seconds = 0.05f });
    for (uint32_t i = 0; 331 * i < until && i < 150; i++) {
        struct cue cue = stage_sound_start(i % 4, 331 * i);
        cue.ratio = 0.5f + 0.03f * (float)(i % 40);
        cue.tag = i % 7;
        cue.from = i % 5 ? 0 : 300;
        cue.until = i % 6 ? 0 : 2500;
        cue.flags = (i % 8 ? 0 : CUE_REVERSE) | (i % 11 ? 0 : CUE_LOOP);
        cue.loop_from = 700;
        stage_cue(stage, cue);
        if (i % 9 == 0)
            stage_cue(stage, (struct cue){ .frame = 331 * i,
                                           .verb = CUE_SOUND_SHAPE,
                                           .tag = cue.tag,
                                           .loop_until = 1100,
                                           .shape = { .attack = 0.004f,
                                                      .decay = 0.03f,
                                                      .release = 0.1f,
                                                      .sustain = 0.4f,
                                                      .cutoff = 1200,
                                                      .resonance = 2,
                                                      .reverb = 0.3f,
                                                      .delay = 0.2f } });
    }
    for (uint32_t i = 0; i < 5; i++)
        stage_cue(stage, (struct cue){ .frame = 9876 + 7654 * i, .verb = CUE_SOUND_STOP, .tag = i, .seconds = 0.02f });
    for (uint32_t i = 0; i < 60; i++)
        stage->play[stage->to_play++] = (struct stage_midi){
            501 + 997 * i, 3, { i % 2 ? 0x80 : 0x90, (uint8_t)(60 + i / 2 % 4), (uint8_t)(20 + i) }
        };
}

#endif
