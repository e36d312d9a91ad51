/* The values of a sampler: envelope, loop points, filter, sends; hits that wait for a line, and pads that change at a
 * time. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { LENGTH = 40000, CLICK = 600, STEP = 6000, BAR = 16 * STEP /* at 120 BPM */ };

static void cue_shape(struct stage *stage, int64_t frame, struct cue_shape shape, uint32_t loop_until)
{
    stage_cue(stage, (struct cue){
                         .frame = frame, .verb = CUE_SOUND_SHAPE, .tag = 7, .shape = shape, .loop_until = loop_until });
}

static struct cue tagged_start(uint32_t slot, int64_t frame)
{
    struct cue cue = stage_sound_start(slot, frame);

    cue.tag = 7;
    return cue;
}

STAGE_CLAIM(an_envelope_rises_decays_holds_and_releases)
{
    struct stage *stage = *state;

    stage_constant(stage, 0, 0.5f);
    stage_cue(stage, tagged_start(0, 100));
    cue_shape(stage, 100, (struct cue_shape){ .attack = 0.01f, .decay = 0.02f, .sustain = 0.25f, .release = 0.1f }, 0);
    stage_cue(stage, (struct cue){ .frame = 10000, .verb = CUE_SOUND_STOP, .tag = 7, .flags = CUE_RELEASE });
    stage_run(stage, 16000);
    stage_near(stage->main[0][100 + 239], 0.25, 1e-6);         /* half of the attack, 480 frames */
    stage_near(stage->main[0][100 + 479], 0.5, 1e-6);          /* the peak */
    stage_near(stage->main[0][100 + 479 + 480], 0.3125, 1e-6); /* half of the decay, 960 frames */
    for (uint32_t i = 100 + 480 + 960; i < 10000; i++)
        stage_near(stage->main[0][i], 0.125, 1e-6);
    stage_near(stage->main[0][10000 + 2399], 0.0625, 1e-5); /* half of the release, 4800 frames */
    assert_true(stage_is_silent(stage, 14800, 16000));
}

STAGE_CLAIM(a_sound_that_decays_to_nothing_ends)
{
    struct stage *stage = *state;
    struct cue cue = tagged_start(0, 0);

    stage_constant(stage, 0, 0.5f);
    cue.flags = CUE_LOOP;
    stage_cue(stage, cue);
    cue_shape(stage, 0, (struct cue_shape){ .decay = 0.1f }, 0);
    stage_run(stage, 8000);
    assert_non_null(stage_note(stage, NOTE_SOUND_ENDED, 0));
    assert_true(stage_is_silent(stage, 4800, 8000));
}

STAGE_CLAIM(a_loop_has_an_end_of_its_own)
{
    struct stage *stage = *state;
    struct cue cue = tagged_start(0, 0);
    float x[2000];

    for (uint32_t i = 0; i < 2000; i++)
        x[i] = stage_count(1000 + i);
    stage_sound(stage, 0, x, 2000);
    cue.flags = CUE_LOOP;
    cue.loop_from = 400;
    stage_cue(stage, cue);
    cue_shape(stage, 0, (struct cue_shape){ 0 }, 1000);
    stage_run(stage, 3000);
    for (uint32_t i = 0; i < 3000; i++)
        assert_true(stage->main[0][i] == stage_count(1000 + (i < 1000 ? i : 400 + (i - 400) % 600)));
}

/* A wave of two frames is the highest that there is. */
STAGE_CLAIM(a_filter_removes_what_is_above_it)
{
    struct stage *stage = *state;
    float *x = calloc(LENGTH, sizeof(*x));

    for (uint32_t i = 0; i < LENGTH; i++)
        x[i] = 0.25f + (i % 2 ? 0.25f : -0.25f);
    stage_sound(stage, 0, x, LENGTH);
    free(x);
    stage_cue(stage, tagged_start(0, 0));
    cue_shape(stage, 0, (struct cue_shape){ .cutoff = 200, .resonance = 0.7071f }, 0);
    stage_run(stage, 20000);
    for (uint32_t i = 10000; i < 20000; i++)
        stage_near(stage->main[0][i], 0.25, 1e-3);
}

STAGE_CLAIM(a_send_sounds_after_its_sound_has_ended)
{
    struct stage *stage = *state;

    stage->score.now = (struct score_pattern){ .serial = 1,
                                               .steps = 16,
                                               .reverb_mix = 0.5f,
                                               .reverb_room = 0.5f,
                                               .delay_time = 0.25f,
                                               .delay_mix = 0.5f,
                                               .delay_lowcut = 20,
                                               .delay_highcut = 20000 };
    stage_score(stage);
    float click[CLICK] = { [10] = 0.5f };
    stage_sound(stage, 0, click, CLICK);
    stage_cue(stage, tagged_start(0, 0));
    cue_shape(stage, 0, (struct cue_shape){ .delay = 1 }, 0);
    stage_run(stage, 24000);
    assert_true(stage_peak(stage, 11, 11900) < 1e-3f);
    assert_true(stage_peak(stage, 11900, 13000) > 0.05f);
}

STAGE_CLAIM(a_change_keeps_what_it_does_not_name)
{
    struct stage *stage = *state;

    stage_constant(stage, 0, 0.5f);
    stage_cue(stage, tagged_start(0, 0));
    stage_cue(stage, (struct cue){ .frame = 1000,
                                   .verb = CUE_SOUND_GAIN,
                                   .tag = 7,
                                   .value = 0.5f,
                                   .flags = CUE_KEEP_PAN | CUE_KEEP_RATIO });
    stage_cue(stage, (struct cue){ .frame = 4000,
                                   .verb = CUE_SOUND_GAIN,
                                   .tag = 7,
                                   .pan = -1,
                                   .flags = CUE_KEEP_GAIN | CUE_KEEP_RATIO });
    stage_run(stage, 8000);
    stage_near(stage->main[0][3000], 0.25, 1e-6);
    stage_near(stage->main[0][7000], 0.25 * sqrt(2), 1e-6);
    stage_near(stage->main[1][7000], 0, 1e-6);
}

STAGE_CLAIM(a_change_reaches_a_sound_that_waits)
{
    struct stage *stage = *state;
    struct cue start = tagged_start(0, 0);

    stage_constant(stage, 0, 0.5f);
    start.frame = 3000;
    stage_cue(stage, start);
    stage_cue(stage,
              (struct cue){ .verb = CUE_SOUND_GAIN, .tag = 7, .value = 0.5f, .flags = CUE_KEEP_PAN | CUE_KEEP_RATIO });
    stage_cue(stage, (struct cue){ .frame = 1000,
                                   .verb = CUE_SOUND_GAIN,
                                   .tag = 7,
                                   .pan = -1,
                                   .flags = CUE_KEEP_GAIN | CUE_KEEP_RATIO });
    stage_run(stage, 5000);
    assert_true(stage_is_silent(stage, 0, 3000));
    stage_near(stage->main[0][4000], 0.25 * sqrt(2), 1e-6);
    stage_near(stage->main[1][4000], 0, 1e-6);
}

/* ---- pads ---- */

static void play_key(struct stage *stage, int64_t frame)
{
    stage->play[stage->to_play++] = (struct stage_midi){ .frame = frame, .length = 3, .bytes = { 0x90, 40, 127 } };
}

/* Two pads of one note and one choke number: a hit chokes what sounded before, and not itself. */
STAGE_CLAIM(pads_of_one_note_sound_together_and_choke_the_hit_before)
{
    struct stage *stage = *state;

    for (uint32_t i = 0; i < 2; i++)
        stage_constant(stage, i, 0.1f * (float)(i + 1));
    for (uint32_t i = 0; i < 2; i++)
        stage->score.pads[i] = (struct score_pad){
            .sound = i, .generation = 1, .gain = 1, .ratio = 1, .note = 40, .channel = 255, .curve = 0, .choke = 1
        };
    stage_score(stage);
    play_key(stage, 1000);
    play_key(stage, 5000);
    stage_run(stage, 12000);
    stage_near(stage->main[0][4999], 0.3, 1e-6);
    stage_near(stage->main[0][8000], 0.3, 1e-6);
}

/* At 120 bpm a step has 6,000 frames. */
STAGE_CLAIM(a_hit_just_before_a_line_waits_for_it_and_any_other_sounds_at_once)
{
    struct stage *stage = *state;
    static const struct {
        int64_t hit, heard;
    } hits[] = { { 17000, 18000 }, { 26000, 26000 }, { 35999, 36000 }, { 48000, 48000 }, { 63000, 63000 } };

    stage_constant(stage, 0, 0.5f);
    stage->score.pads[0] = (struct score_pad){
        .sound = 0, .generation = 1, .gain = 1, .ratio = 1, .note = 40, .channel = 255, .curve = 0, .until = 300
    };
    stage->score.quantise = 16;
    stage_play(stage);
    for (uint32_t i = 0; i < 5; i++)
        play_key(stage, hits[i].hit);
    stage_run(stage, 70000);
    for (uint32_t i = 0, from = 0; i < 5; i++) {
        assert_int_equal(stage_onset(stage, from), hits[i].heard);
        from = (uint32_t)hits[i].heard + 400;
    }
}

STAGE_CLAIM(a_key_that_is_up_before_its_line_sounds_as_long_as_it_was_held)
{
    struct stage *stage = *state;

    stage_constant(stage, 0, 0.5f);
    stage->score.pads[0] = (struct score_pad){
        .sound = 0, .generation = 1, .gain = 1, .ratio = 1, .note = 40, .channel = 255, .mode = PAD_GATE
    };
    stage->score.quantise = 16;
    stage_play(stage);
    play_key(stage, 16000);
    stage->play[stage->to_play++] = (struct stage_midi){ .frame = 16700, .length = 3, .bytes = { 0x80, 40, 0 } };
    play_key(stage, 23900);
    stage->play[stage->to_play++] = (struct stage_midi){ .frame = 25000, .length = 3, .bytes = { 0x80, 40, 0 } };
    stage_run(stage, 30000);
    assert_int_equal(stage_onset(stage, 0), 18000);
    stage_near(stage->main[0][18699], 0.5, 1e-6);
    stage_near(stage->main[0][18700 + 400], 0, 1e-6);
    assert_int_equal(stage_onset(stage, 19000), 24000);
    stage_near(stage->main[0][24999], 0.5, 1e-6);
    stage_near(stage->main[0][25400], 0, 1e-6);
}

STAGE_CLAIM(pads_of_one_note_that_wait_for_a_line_sound_together)
{
    struct stage *stage = *state;

    for (uint32_t i = 0; i < 2; i++) {
        stage_constant(stage, i, 0.1f * (float)(i + 1));
        stage->score.pads[i] = (struct score_pad){
            .sound = i, .generation = 1, .gain = 1, .ratio = 1, .note = 40, .channel = 255, .curve = 0, .choke = 1
        };
    }
    stage->score.quantise = 16;
    stage_play(stage);
    play_key(stage, 5500);
    play_key(stage, 11500);
    stage_run(stage, 20000);
    stage_near(stage->main[0][11000], 0.3, 1e-6);
    stage_near(stage->main[0][13000], 0.3, 1e-6);
}

STAGE_CLAIM(a_stopped_transport_and_a_panic_let_no_hit_wait)
{
    struct stage *stage = *state;

    stage_constant(stage, 0, 0.5f);
    stage->score.pads[0] = (struct score_pad){
        .sound = 0, .generation = 1, .gain = 1, .ratio = 1, .note = 40, .channel = 255, .curve = 0, .until = 300
    };
    stage->score.quantise = 16;
    stage_score(stage);
    play_key(stage, 1000);
    stage_run(stage, 2000);
    assert_int_equal(stage_onset(stage, 0), 1000);
    stage_start_transport(stage, 2000, 0);
    play_key(stage, 6000);
    stage_cue(stage, (struct cue){ .frame = 7000, .verb = CUE_PANIC });
    stage_run(stage, 12000);
    assert_true(stage_is_silent(stage, 2000, 12000));
}

/* ---- pads that change at a time ---- */

/* Pad 0 is to play the sound `slot`, which replaces what it plays now. */
static void give_waiting_pad(struct stage *stage, uint32_t slot, uint32_t number, uint32_t at)
{
    struct score *score = &stage->score;

    score->earlier_pads[0] = score->pads[0];
    score->pads[0] = (struct score_pad){
        .sound = slot, .generation = 1, .gain = 1, .ratio = 1, .note = 40, .channel = 255, .curve = 0, .choke = 1
    };
    score->pads_set = number;
    score->pads_at = at;
    stage_score(stage);
}

static void give_first_pad(struct stage *stage)
{
    for (uint32_t i = 0; i < 3; i++)
        stage_constant(stage, i, 0.1f * (float)(i + 1));
    give_waiting_pad(stage, 0, 0, 0);
}

static void assert_change_at(struct stage *stage, uint32_t frame)
{
    play_key(stage, frame - 2000);
    play_key(stage, frame - 1);
    play_key(stage, frame);
    stage_run(stage, frame + 3000);
    stage_near(stage->main[0][frame - 500], 0.1, 1e-6);
    stage_near(stage->main[0][frame + 2000], 0.2, 1e-6);
}

STAGE_CLAIM(pads_change_at_the_frame_of_the_next_bar)
{
    struct stage *stage = *state;

    give_first_pad(stage);
    stage_start_transport(stage, 500, 0);
    stage_run(stage, 2 * STEP);
    give_waiting_pad(stage, 1, 7, AT_NEXT_BAR);
    assert_change_at(stage, 500 + BAR);
}

STAGE_CLAIM(pads_change_at_the_frame_of_the_next_step)
{
    struct stage *stage = *state;

    give_first_pad(stage);
    stage_start_transport(stage, 500, 0);
    stage_run(stage, 2 * STEP + 1000);
    give_waiting_pad(stage, 1, 7, AT_NEXT_STEP);
    assert_change_at(stage, 500 + 3 * STEP);
}

STAGE_CLAIM(pads_change_at_once_while_the_transport_is_stopped_or_when_it_stops)
{
    struct stage *stage = *state;

    give_first_pad(stage);
    stage_run(stage, 1000);
    give_waiting_pad(stage, 1, 7, AT_NEXT_BAR);
    play_key(stage, 2000);
    stage_run(stage, 5000);
    stage_near(stage->main[0][4500], 0.2, 1e-6);
    stage_start_transport(stage, 6000, 0);
    stage_run(stage, 7000);
    give_waiting_pad(stage, 2, 8, AT_NEXT_BAR);
    stage_cue(stage, (struct cue){ .frame = 9000, .verb = CUE_TRANSPORT_STOP });
    play_key(stage, 8000);
    play_key(stage, 12000);
    stage_run(stage, 15000);
    stage_near(stage->main[0][11000], 0.2, 1e-6);
    stage_near(stage->main[0][14500], 0.3, 1e-6);
}

STAGE_CLAIM(pads_change_in_a_gap_that_passes_their_bar)
{
    struct stage *stage = *state;

    give_first_pad(stage);
    stage_start_transport(stage, 0, 0);
    stage_run(stage, BAR - 1000);
    give_waiting_pad(stage, 1, 7, AT_NEXT_BAR);
    stage_run(stage, BAR - 500);
    stage->server += 4000;
    play_key(stage, BAR);
    stage_run(stage, BAR + 4000);
    stage_near(stage->main[0][BAR + 3000], 0.2, 1e-6);
}

/* The score still calls the first change one that waits. */
STAGE_CLAIM(of_two_changes_that_wait_the_later_one_begins_and_no_pad_goes_back)
{
    struct stage *stage = *state;

    give_first_pad(stage);
    stage_start_transport(stage, 0, 0);
    stage_run(stage, 1000);
    give_waiting_pad(stage, 1, 7, AT_NEXT_STEP);
    stage_run(stage, STEP + 1000);
    stage->score.pads[0] = stage->score.earlier_pads[0];
    give_waiting_pad(stage, 2, 8, AT_NEXT_BAR);
    stage->score.pads_replaced = 7;
    stage_score(stage);
    play_key(stage, STEP + 2000);
    stage_run(stage, STEP + 6000);
    stage_near(stage->main[0][STEP + 5000], 0.3, 1e-6);
}

/* The last one never was in the score beside the first one, and the one between them has begun. */
STAGE_CLAIM(of_three_changes_that_wait_the_last_one_begins_if_an_earlier_one_has_begun)
{
    struct stage *stage = *state;

    give_first_pad(stage);
    stage_start_transport(stage, 0, 0);
    stage_run(stage, 1000);
    give_waiting_pad(stage, 1, 7, AT_NEXT_BAR);
    stage_run(stage, 2000);
    stage->score.pads[0] = stage->score.earlier_pads[0];
    give_waiting_pad(stage, 1, 8, AT_NEXT_STEP);
    stage->score.pads_replaced = 7;
    stage_score(stage);
    stage_run(stage, STEP + 1000);
    stage->score.pads[0] = stage->score.earlier_pads[0];
    give_waiting_pad(stage, 2, 9, AT_NEXT_BAR);
    play_key(stage, STEP + 2000);
    stage_run(stage, STEP + 6000);
    stage_near(stage->main[0][STEP + 5000], 0.3, 1e-6);
}
