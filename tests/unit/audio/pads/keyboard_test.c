/* A keyboard plays a pad in the pitch of its keys, with pedal, pitch wheel and all-notes-off. */
#include "tests/unit/audio/measure.h"
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { LONG = 96000, PAD = 5, NOTE_ON = 0x90, NOTE_OFF = 0x80, CONTROL = 0xb0, BEND = 0xe0, PEDAL = 64 };

static struct score_pad *give_keys(struct stage *stage, uint32_t mode)
{
    struct score_pad *pad = &stage->score.pads[PAD];
    float *tone = measure_cosine(LONG, 500.0 / STAGE_RATE, 0.3);

    stage_sound(stage, 3, tone, LONG);
    free(tone);
    pad->sound = 3;
    pad->generation = 1;
    pad->mode = mode;
    pad->keys_from = 36;
    pad->keys_until = 84;
    pad->bend = 2;
    pad->release = 0.01f;
    stage_score(stage);
    return pad;
}

static void play_midi(struct stage *stage, int64_t frame, uint8_t status, uint8_t one, uint8_t two)
{
    stage->play[stage->to_play++] = (struct stage_midi){ frame, 3, { status, one, two } };
}

STAGE_CLAIM(each_key_has_its_pitch_and_ends_alone)
{
    struct stage *stage = *state;

    (void)give_keys(stage, PAD_GATE);
    play_midi(stage, 100, NOTE_ON, 60, 127);
    play_midi(stage, 4000, NOTE_OFF, 60, 0);
    play_midi(stage, 6000, NOTE_ON, 72, 127);
    play_midi(stage, 10000, NOTE_ON, 35, 127);
    play_midi(stage, 10000, NOTE_ON, 85, 127);
    play_midi(stage, 10000, NOTE_ON | 3, 53, 127); /* a chord with another channel's key */
    play_midi(stage, 14000, NOTE_OFF, 72, 0);
    stage_run(stage, 20000);
    assert_int_equal(stage_onset(stage, 0), 100);
    stage_near(stage_hz(stage->main[0] + 200, 3800), 500, 0.2);
    assert_true(stage_is_silent(stage, 4000 + 480, 6000));
    stage_near(stage_hz(stage->main[0] + 6100, 3800), 1000, 0.2);
    stage_near(stage_hz(stage->main[0] + 14600, 5000), 500 * pow(2, -7 / 12.0), 0.2);

    stage_again(stage);
    give_keys(stage, PAD_GATE)->note = 48; /* the key of its own pitch */
    stage_score(stage);
    play_midi(stage, 0, NOTE_ON, 36, 127);
    stage_run(stage, 9000);
    stage_near(stage_hz(stage->main[0] + 100, 8800), 250, 0.2);
}

STAGE_CLAIM(the_pedal_keeps_what_its_keys_started)
{
    struct stage *stage = *state;

    (void)give_keys(stage, PAD_GATE);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 1000, CONTROL, PEDAL, 127);
    play_midi(stage, 2000, NOTE_OFF, 60, 0);
    play_midi(stage, 5000, NOTE_ON, 72, 127); /* held by its key */
    play_midi(stage, 6000, CONTROL, PEDAL, 0);
    play_midi(stage, 9000, NOTE_OFF, 72, 0);
    stage_run(stage, 12000);
    stage_near(stage_hz(stage->main[0] + 2600, 2300), 500, 0.2);
    stage_near(stage_hz(stage->main[0] + 6600, 2300), 1000, 0.3);
    assert_true(stage_is_silent(stage, 9000 + 480, 12000));
}

STAGE_CLAIM(the_wheel_bends_what_sounds_and_what_follows)
{
    struct stage *stage = *state;

    (void)give_keys(stage, PAD_GATE);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 5000, BEND, 127, 127); /* 8191/8192 of two semitones */
    play_midi(stage, 10000, NOTE_OFF, 60, 0);
    play_midi(stage, 11000, BEND, 0, 0);
    play_midi(stage, 12000, NOTE_ON, 60, 127);
    play_midi(stage, 18000, BEND, 0, 64);
    stage_run(stage, 24000);
    stage_near(stage_hz(stage->main[0] + 100, 4800), 500, 0.2);
    stage_near(stage_hz(stage->main[0] + 5100, 4800), 500 * pow(2, 2 / 12.0), 0.3);
    stage_near(stage_hz(stage->main[0] + 12100, 5800), 500 * pow(2, -2 / 12.0), 0.2);
    stage_near(stage_hz(stage->main[0] + 18100, 5800), 500, 0.2);
}

/* The highest pitch that is heard is 8 times the sound's. */
STAGE_CLAIM(the_wheel_bends_the_highest_key_and_back)
{
    struct stage *stage = *state;

    give_keys(stage, PAD_GATE)->keys_until = 127;
    stage_score(stage);
    play_midi(stage, 0, NOTE_ON, 96, 127);
    play_midi(stage, 3000, BEND, 127, 127);
    play_midi(stage, 6000, BEND, 0, 64);
    stage_run(stage, 9000);
    for (uint32_t at = 0; at < 9000; at += 3000)
        stage_near(stage_hz(stage->main[0] + at + 100, 2800), 4000, 2);
}

static struct score_pad *give_wave(struct stage *stage, uint32_t mode)
{
    struct score_pad *pad = &stage->score.pads[PAD];

    pad->sound = SCORE_NO_SOUND;
    pad->wave = WAVE_SINE + 1;
    pad->gain = 0.5f;
    pad->ratio = pad->curve = pad->sustain = 1;
    pad->mode = mode;
    pad->keys_from = 36;
    pad->keys_until = 84;
    pad->bend = 2;
    pad->release = 0.01f;
    pad->note = pad->channel = 255;
    stage_score(stage);
    return pad;
}

STAGE_CLAIM(a_keyboard_plays_an_oscillator_with_pedal_and_wheel)
{
    struct stage *stage = *state;

    (void)give_wave(stage, PAD_GATE);
    play_midi(stage, 100, NOTE_ON, 69, 127);
    play_midi(stage, 10000, CONTROL, PEDAL, 127);
    play_midi(stage, 10000, NOTE_OFF, 69, 0);
    play_midi(stage, 15000, BEND, 0, 0);
    play_midi(stage, 25000, CONTROL, PEDAL, 0);
    stage_run(stage, 30000);
    assert_int_equal(stage_onset(stage, 0), 101); /* a sine begins at 0 */
    stage_near(stage_hz(stage->main[0] + 200, 9600), 440, 0.2);
    stage_near(stage_hz(stage->main[0] + 10100, 4800), 440, 0.4);
    stage_near(stage_hz(stage->main[0] + 15100, 9600), 440 * pow(2, -2 / 12.0), 0.2);
    assert_true(stage_is_silent(stage, 25000 + 480, 30000));

    stage_again(stage);
    give_wave(stage, PAD_ONE_SHOT)->decay = 0.1f;
    stage_score(stage);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    stage_run(stage, 9600);
    stage_near(stage_hz(stage->main[0] + 100, 4600), 261.6256, 1);
    assert_true(stage_is_silent(stage, 4800 + 480, 9600)); /* it ends by itself */

    stage_again(stage);
    (void)give_wave(stage, PAD_GATE);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 0, NOTE_ON, 67, 127);
    play_midi(stage, 4000, CONTROL, 123, 0);
    stage_run(stage, 9600);
    assert_false(stage_is_silent(stage, 3000, 4000));
    assert_true(stage_is_silent(stage, 4000 + 480, 9600));
}

/* Each wave at gain 1 has a quarter of full scale, so four keys together do not clip. */
STAGE_CLAIM(waves_are_12_db_below_full_scale)
{
    struct stage *stage = *state;

    for (uint32_t wave = WAVE_SINE; wave < WAVES; wave++) {
        float highest = 0;

        if (wave > WAVE_SINE)
            stage_again(stage);
        struct score_pad *pad = give_wave(stage, PAD_GATE);
        pad->gain = 1;
        pad->wave = wave + 1;
        stage_score(stage);
        play_midi(stage, 0, NOTE_ON, 45, 127);
        stage_run(stage, 9600);
        for (uint32_t i = 0; i < 9600; i++)
            highest = fmaxf(highest, fabsf(stage->main[0][i]));
        assert_true(highest > 0.24f && highest < 0.27f);
        assert_int_equal(stage_state(stage).master.clips, 0);
    }
}

STAGE_CLAIM(all_notes_off_ends_held_keys_and_all_sound_off_everything)
{
    struct stage *stage = *state;

    (void)give_keys(stage, PAD_GATE);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 1000, CONTROL, 123, 0);
    stage_run(stage, 4000);
    assert_true(stage_is_silent(stage, 1000 + 480, 4000));

    stage_again(stage);
    (void)give_keys(stage, PAD_ONE_SHOT);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 1000, NOTE_OFF, 60, 0); /* a one-shot plays on */
    play_midi(stage, 2000, CONTROL, 123, 0);
    play_midi(stage, 5000, CONTROL, 120, 0);
    stage_run(stage, 8000);
    stage_near(stage_hz(stage->main[0] + 2100, 2800), 500, 0.2);
    assert_true(stage_is_silent(stage, 5000 + fade_frames(STAGE_RATE), 8000));
}

/* A pad with a note in place of keys, which a key of channel 1 plays. */
static void give_note(struct stage *stage, uint32_t mode)
{
    struct score_pad *pad = give_keys(stage, mode);

    pad->keys_from = pad->keys_until = 0;
    pad->note = 60;
    pad->channel = 255;
    stage_score(stage);
}

STAGE_CLAIM(a_pad_with_a_note_obeys_the_pedal)
{
    struct stage *stage = *state;

    give_note(stage, PAD_GATE);
    play_midi(stage, 0, CONTROL, PEDAL, 127);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 1000, NOTE_OFF, 60, 0);
    play_midi(stage, 3000, CONTROL | 1, PEDAL, 0); /* another channel's */
    play_midi(stage, 5000, CONTROL, PEDAL, 0);
    stage_run(stage, 8000);
    stage_near(stage_hz(stage->main[0] + 2100, 2800), 500, 0.2);
    assert_true(stage_is_silent(stage, 5000 + 480, 8000));
}

STAGE_CLAIM(all_notes_off_ends_a_gate_and_all_sound_off_every_pad)
{
    struct stage *stage = *state;

    give_note(stage, PAD_GATE);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 1000, CONTROL | 1, 123, 0); /* another channel's */
    play_midi(stage, 3000, CONTROL, 123, 0);
    stage_run(stage, 6000);
    assert_false(stage_is_silent(stage, 2000, 3000));
    assert_true(stage_is_silent(stage, 3000 + 480, 6000));

    stage_again(stage);
    give_note(stage, PAD_ONE_SHOT);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    play_midi(stage, 1000, NOTE_OFF, 60, 0);
    play_midi(stage, 2000, CONTROL, 123, 0); /* a one-shot plays on */
    play_midi(stage, 5000, CONTROL, 120, 0);
    stage_run(stage, 8000);
    assert_false(stage_is_silent(stage, 4000, 5000));
    assert_true(stage_is_silent(stage, 5000 + fade_frames(STAGE_RATE), 8000));
}

STAGE_CLAIM(a_lost_period_leaves_no_key_and_no_pedal_down)
{
    struct stage *stage = *state;

    (void)give_keys(stage, PAD_GATE);
    play_midi(stage, 0, CONTROL, PEDAL, 127);
    play_midi(stage, 0, NOTE_ON, 60, 127);
    stage_run(stage, 1024);
    stage->server += 256;
    play_midi(stage, 3000, NOTE_ON, 60, 127);
    play_midi(stage, 4000, NOTE_OFF, 60, 0);
    stage_run(stage, 6144);
    assert_true(stage_is_silent(stage, 1024 + 480, 3000) && stage_is_silent(stage, 4000 + 480, 6000));
}
