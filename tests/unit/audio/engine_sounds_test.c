/* Sound voices and pads: on their frame, stolen without a click, released when nothing plays them. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { FADE = 240, LENGTH = 20000 };

/* A ramp that is never 0, so that every frame has a value of its own. */
static float *make_ramp(uint32_t frames)
{
    float *x = calloc(frames, sizeof(*x));

    for (uint32_t i = 0; i < frames; i++)
        x[i] = stage_count(1000 + i);
    return x;
}

static void give_ramp(struct stage *stage, uint32_t slot, uint32_t frames)
{
    float *x = make_ramp(frames);

    stage_sound(stage, slot, x, frames);
    free(x);
}

static void assert_ramp(const struct stage *stage, uint32_t from, uint32_t frames, uint32_t first)
{
    for (uint32_t i = 0; i < frames; i++)
        if (stage->main[0][from + i] != stage_count(1000 + first + i))
            fail_msg("frame %u has %.9g, not %.9g", from + i, stage->main[0][from + i], stage_count(1000 + first + i));
}

STAGE_CLAIM(a_sound_begins_on_its_frame_as_it_is_and_ends)
{
    struct stage *stage = *state;

    give_ramp(stage, 5, 3000);
    stage_cue(stage, stage_sound_start(5, 777));
    stage_run(stage, 5000);
    assert_int_equal(stage_onset(stage, 0), 777);
    assert_ramp(stage, 777, 3000, 0);
    assert_true(stage_is_silent(stage, 3777, 5000));
    assert_non_null(stage_note(stage, NOTE_SOUND_ENDED, 0));
}

STAGE_CLAIM(a_part_of_a_sound_begins_as_it_is_and_fades_out_where_it_is_cut)
{
    struct stage *stage = *state;
    struct cue cue = stage_sound_start(0, 100);

    give_ramp(stage, 0, LENGTH);
    cue.from = 5000;
    cue.until = 7000;
    stage_cue(stage, cue);
    stage_run(stage, 4000);
    assert_ramp(stage, 100, 2000 - FADE, 5000);
    stage_near(stage->main[0][2100 - FADE + 100], stage_count(1000 + 7000 - FADE + 100) * (1 - stage_fade(100)), 1e-8);
    assert_true(stage_is_silent(stage, 2100, 4000));
}

STAGE_CLAIM(a_loop_goes_on_until_it_is_stopped)
{
    struct stage *stage = *state;
    struct cue cue = stage_sound_start(0, 0);

    give_ramp(stage, 0, 1000);
    cue.flags = CUE_LOOP;
    cue.loop_from = 400;
    cue.tag = 9;
    stage_cue(stage, cue);
    stage_cue(stage, (struct cue){ .frame = 4000, .verb = CUE_SOUND_STOP, .tag = 9 });
    stage_run(stage, 5000);
    assert_ramp(stage, 0, 1000, 0);
    for (uint32_t lap = 0; lap < 5; lap++)
        assert_ramp(stage, 1000 + lap * 600, 600, 400);
    assert_true(stage_is_silent(stage, 4000 + FADE, 5000));
}

STAGE_CLAIM(a_reversed_sound_plays_backwards)
{
    struct stage *stage = *state;
    struct cue cue = stage_sound_start(0, 0);

    give_ramp(stage, 0, 1000);
    cue.flags = CUE_REVERSE;
    stage_cue(stage, cue);
    stage_run(stage, 2000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_true(stage->main[0][i] == stage_count(1000 + 999 - i));
    assert_true(stage_is_silent(stage, 1000, 2000));
}

/* The part 1,000 to 2,000 with fades of 100 and 200 frames, at half the gain. */
static void give_treated(struct stage *stage)
{
    struct sound_entry *entry = &studio_sounds(stage->studio)->entries[0];

    give_ramp(stage, 0, 4000);
    atomic_store(&entry->part_from, 1000);
    atomic_store(&entry->part_until, 2000);
    atomic_store(&entry->fade_in, 100);
    atomic_store(&entry->fade_out, 200);
    atomic_store(&entry->gain_db, -6.0205999f);
}

/* `place` is in the part. */
static float treated_at(uint32_t place)
{
    float in = place < 100 ? (float)place / 100 : 1, out = place > 799 ? (float)(999 - place) / 200 : 1;

    return stage_count(1000 + 1000 + place) / 2 * in * out;
}

STAGE_CLAIM(a_start_without_points_plays_the_treated_part)
{
    struct stage *stage = *state;
    struct cue back = stage_sound_start(0, 2000), loop = stage_sound_start(0, 4000);

    give_treated(stage);
    back.flags = CUE_REVERSE;
    loop.flags = CUE_LOOP;
    stage_cue(stage, stage_sound_start(0, 77));
    stage_cue(stage, back);
    stage_cue(stage, loop);
    stage_run(stage, 8000);
    for (uint32_t i = 0; i < 1000; i++) {
        stage_near(stage->main[0][77 + i], treated_at(i), 1e-7);
        stage_near(stage->main[0][2000 + i], treated_at(999 - i), 1e-7);
        stage_near(stage->main[0][6000 + i], treated_at(i), 1e-7);
    }
    assert_true(stage_is_silent(stage, 1077, 2000) && stage_is_silent(stage, 3000, 4000));
}

STAGE_CLAIM(a_start_with_points_keeps_only_the_gain_of_the_item)
{
    struct stage *stage = *state;
    struct cue cue = stage_sound_start(0, 0);

    give_treated(stage);
    cue.from = 500;
    stage_cue(stage, cue);
    stage_run(stage, 4000);
    for (uint32_t i = FADE; i < 3500; i++)
        stage_near(stage->main[0][i], stage_count(1000 + 500 + i) / 2, 1e-7);
}

STAGE_CLAIM(an_octave_up_takes_half_the_time)
{
    struct stage *stage = *state;
    struct cue cue = stage_sound_start(0, 0);

    give_ramp(stage, 0, 4000);
    cue.ratio = 2;
    stage_cue(stage, cue);
    stage_run(stage, 3000);
    stage_near(stage->main[0][1000], stage_count(1000 + 2000), 1e-6);
    assert_true(stage_is_silent(stage, 2001, 3000));
}

/* 64 constants of one level: the 65th takes the place of the oldest, which fades at the same time. */
STAGE_CLAIM(the_oldest_voice_is_stolen_with_a_fade)
{
    struct stage *stage = *state;
    float constant[LENGTH];

    for (int i = 0; i < LENGTH; i++)
        constant[i] = 1.0f / 128;
    stage_sound(stage, 0, constant, LENGTH);
    for (uint32_t i = 0; i < SOUND_VOICES; i++) {
        struct cue cue = stage_sound_start(0, 10 * i);
        cue.tag = 100 + i;
        stage_cue(stage, cue);
    }
    struct cue last = stage_sound_start(0, 3000);
    last.tag = 1000;
    stage_cue(stage, last);
    stage_run(stage, 4000);
    stage_near(stage->main[0][2999], 0.5, 1e-6);
    for (uint32_t i = 0; i < FADE - 1; i++)
        stage_near(stage->main[0][3000 + i], 0.5 + (1 - stage_fade(i)) / 128, 1e-6);
    stage_near(stage->main[0][3000 + FADE], 0.5, 1e-6);
    assert_int_equal(stage_note(stage, NOTE_SOUND_ENDED, 0)->tag, 100);
    assert_null(stage_note(stage, NOTE_SOUND_ENDED, 1));
}

STAGE_CLAIM(voices_of_one_choke_number_stop_each_other)
{
    struct stage *stage = *state;
    struct cue open = stage_sound_start(0, 0), closed = stage_sound_start(1, 2000);

    give_ramp(stage, 0, LENGTH);
    give_ramp(stage, 1, 100);
    open.choke = closed.choke = 4;
    stage_cue(stage, open);
    stage_cue(stage, closed);
    stage_run(stage, 4000);
    assert_ramp(stage, 0, 2000, 0);
    assert_true(stage_is_silent(stage, 2000 + FADE, 4000));
}

STAGE_CLAIM(a_released_sound_is_free_when_nobody_plays_it)
{
    struct stage *stage = *state;

    give_ramp(stage, 2, 2000);
    stage_cue(stage, stage_sound_start(2, 0));
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_SOUND_RELEASE, .sound = 2, .generation = 1 });
    stage_run(stage, 1024);
    assert_null(stage_note(stage, NOTE_SOUND_FREE, 0));
    stage_cue(stage, stage_sound_start(2, 1100));
    stage_run(stage, 4000);
    assert_int_equal(stage_note(stage, NOTE_SOUND_FREE, 0)->sound, 2);
    assert_true(stage_is_silent(stage, 2000, 4000));
    assert_int_equal((int)stage_note(stage, NOTE_CUE_REFUSED, 0)->value, CUE_SOUND_START);
}

STAGE_CLAIM(what_cannot_be_is_refused)
{
    struct stage *stage = *state;
    struct cue cues[] = { { .verb = 999 },
                          { .verb = CUE_NOTHING },
                          { .verb = CUE_SOUND_START, .sound = SOUNDS, .generation = 1, .ratio = 1 },
                          { .verb = CUE_SOUND_START, .sound = 3, .generation = 1, .ratio = 1 },
                          { .verb = CUE_STREAM_START, .voice = STREAMS, .generation = 1 },
                          { .verb = CUE_STREAM_START, .voice = 0, .generation = 1, .group = GROUPS },
                          { .verb = CUE_PAD_HIT, .voice = SCORE_PADS, .value = 1 },
                          { .verb = CUE_CAPTURE_START, .voice = CAPTURES, .generation = 1 } };
    const uint32_t count = sizeof(cues) / sizeof(*cues);

    for (uint32_t i = 0; i < count; i++) {
        cues[i].tag = i;
        stage_cue(stage, cues[i]);
    }
    stage_run(stage, 1000);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(stage_note(stage, NOTE_CUE_REFUSED, i)->tag, i);
    assert_true(stage_is_silent(stage, 0, 1000));
}

/* ---- pads ---- */

static void give_pad(struct stage *stage, uint32_t pad, uint32_t slot, uint32_t mode)
{
    struct score_pad *to = &stage->score.pads[pad];

    to->sound = slot;
    to->generation = 1;
    to->mode = mode;
    to->note = (uint8_t)(36 + pad);
    stage_score(stage);
}

static void play_midi(struct stage *stage, int64_t frame, uint8_t status, uint8_t one, uint8_t two)
{
    stage->play[stage->to_play++] = (struct stage_midi){ frame, 3, { status, one, two } };
}

STAGE_CLAIM(a_midi_hit_sounds_on_its_frame_with_its_velocity)
{
    struct stage *stage = *state;

    give_ramp(stage, 0, 500);
    give_pad(stage, 1, 0, PAD_ONE_SHOT);
    play_midi(stage, 901, 0x99, 37, 127);
    play_midi(stage, 1777, 0x90, 37, 64);
    play_midi(stage, 2500, 0x90, 38, 127);
    stage_run(stage, 4000);
    assert_int_equal(stage_onset(stage, 0), 901);
    assert_ramp(stage, 901, 500, 0);
    assert_int_equal(stage_onset(stage, 1401), 1777);
    stage_near(stage->main[0][1777 + 200], stage_count(1200) * 64 / 127, 1e-9);
    assert_true(stage_is_silent(stage, 2277, 4000));
    assert_int_equal(stage_note(stage, NOTE_MIDI, 2)->midi[2], 38);
}

STAGE_CLAIM(a_hit_by_a_cue_sounds_on_its_frame)
{
    struct stage *stage = *state;

    give_ramp(stage, 0, 500);
    give_pad(stage, 3, 0, PAD_ONE_SHOT);
    stage_cue(stage, (struct cue){ .frame = 650, .verb = CUE_PAD_HIT, .voice = 3, .value = 1 });
    stage_run(stage, 2000);
    assert_int_equal(stage_onset(stage, 0), 650);
    assert_ramp(stage, 650, 500, 0);
}

STAGE_CLAIM(a_gated_pad_sounds_as_long_as_it_is_held_and_a_loop_until_the_next_hit)
{
    struct stage *stage = *state;

    give_ramp(stage, 0, LENGTH);
    give_ramp(stage, 1, 300);
    give_pad(stage, 0, 0, PAD_GATE);
    give_pad(stage, 1, 1, PAD_LOOP);
    play_midi(stage, 100, 0x90, 36, 127);
    play_midi(stage, 1500, 0x80, 36, 0);
    play_midi(stage, 3000, 0x90, 37, 127);
    play_midi(stage, 3100, 0x80, 37, 0);
    play_midi(stage, 6000, 0x90, 37, 127);
    stage_run(stage, 8000);
    assert_ramp(stage, 100, 1400, 0);
    assert_true(stage_is_silent(stage, 1500 + FADE, 3000));
    for (uint32_t lap = 0; lap < 10; lap++)
        assert_ramp(stage, 3000 + 300 * lap, 300, 0);
    assert_true(stage_is_silent(stage, 6000 + FADE, 8000));
}

/* A server that loses a period loses the messages in it. */
STAGE_CLAIM(a_key_s_gate_ends_with_a_lost_period_and_a_cue_s_does_not)
{
    struct stage *stage = *state;

    give_ramp(stage, 0, LENGTH);
    give_pad(stage, 0, 0, PAD_GATE);
    play_midi(stage, 100, 0x90, 36, 127);
    stage_run(stage, 1024);
    stage->server += 256;
    stage_run(stage, 4096);
    assert_ramp(stage, 100, 924, 0);
    stage_near(stage->main[0][1024 + 50], stage_count(1000 + 924 + 256 + 50) * (1 - stage_fade(50)), 1e-7);
    assert_true(stage_is_silent(stage, 1024 + FADE, 4096));

    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_PAD_HIT, .voice = 0, .value = 1 });
    stage_run(stage, 5120);
    stage->server += 256;
    stage_run(stage, 6144);
    assert_ramp(stage, 5120, 1024, 1024 + 256);
}
