#include <string.h>

#include "services/audio/control/pattern.h"
#include "tests/unit/claim.h"

#define STEPS "X.x.X.x.X.x.X.x."

static struct row make_row(const char *steps)
{
    return (struct row){ .name = TEXT("kick"), .voice_id = TEXT("voice2"), .pattern = text_of(steps) };
}

static enum err read_rows(struct row *rows, uint32_t count, struct score_pattern *to, struct fault *fault)
{
    struct pattern pattern = { .sequencer.tracks = { count, rows } };

    *fault = (struct fault){ 0 };
    return pattern_read(&pattern, to, fault);
}

CLAIM(steps_are_accents_steps_and_rests)
{
    struct row one = make_row(STEPS);
    struct score_pattern read;
    struct fault fault;

    assert_int_equal(read_rows(&one, 1, &read, &fault), ERR_OK);
    assert_int_equal(read.steps, 16);
    assert_int_equal(read.rows[0].used, 1);
    assert_int_equal(read.rows[0].steps[0], STEP_ACCENT);
    assert_int_equal(read.rows[0].steps[1], STEP_REST);
    assert_int_equal(read.rows[0].steps[2], STEP_NORMAL);
    assert_int_equal(read.rows[1].used, 0);
}

CLAIM(a_row_is_silent_if_muted_or_not_solo_or_without_its_sound)
{
    struct row rows[] = { make_row(STEPS), make_row(STEPS), make_row(STEPS) };
    struct score_pattern read;
    struct fault fault;

    rows[0].mute = true;
    assert_int_equal(read_rows(rows, 3, &read, &fault), ERR_OK);
    assert_memory_equal(read.rows[0].name, "kick", 5);
    assert_true(read.rows[0].mute && !read.rows[1].mute && !read.rows[2].mute);
    rows[0].has_solo = rows[0].solo = rows[2].has_solo = rows[2].solo = true;
    assert_int_equal(read_rows(rows, 3, &read, &fault), ERR_OK);
    assert_true(read.rows[0].mute && read.rows[1].mute && !read.rows[2].mute);
    read.rows[2].soundless = 1;
    pattern_mute_rows(&read);
    assert_true(read.rows[2].mute);
}

CLAIM(a_wrong_step_is_reported_with_its_position)
{
    struct row two[] = { make_row(STEPS), make_row("X...X...X...X.o.") };
    struct score_pattern read;
    struct fault fault;

    assert_int_equal(read_rows(two, 2, &read, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, "step 15 is \"o\""));
    assert_string_equal(fault.field, "pattern.sequencer.tracks[1].pattern");
}

CLAIM(a_zero_byte_is_no_step)
{
    struct row one = make_row(STEPS);
    struct score_pattern read;
    struct fault fault;

    one.pattern = (struct text){ 16, "X...\0..........." };
    assert_int_equal(read_rows(&one, 1, &read, &fault), ERR_BAD_REQUEST);
}

CLAIM(all_rows_have_as_many_steps)
{
    struct row two[] = { make_row(STEPS), make_row(STEPS STEPS) };
    struct row odd = make_row("X..");
    struct score_pattern read;
    struct fault fault;

    assert_int_equal(read_rows(two, 2, &read, &fault), ERR_BAD_REQUEST);
    assert_int_equal(read_rows(&odd, 1, &read, &fault), ERR_BAD_REQUEST);
    two[0].pattern = two[1].pattern;
    assert_int_equal(read_rows(two, 2, &read, &fault), ERR_OK);
    assert_int_equal(read.steps, 32);
}

CLAIM(a_row_wins_over_its_voice_and_a_voice_over_the_defaults)
{
    struct row one = make_row(STEPS);
    struct pattern pattern = { .sequencer.tracks = { 1, &one } };
    struct voice_values *voice = &pattern.modules.voice2;
    struct score_pattern read;

    pattern.modules.has_voice2 = voice->has_freq = voice->has_filter_freq = voice->has_reverb_send = true;
    voice->freq = 110;
    voice->filter_freq = 300;
    voice->reverb_send = 0.25;
    one.has_filter_freq = true;
    one.filter_freq = 900;
    assert_int_equal(pattern_read(&pattern, &read, NULL), ERR_OK);
    assert_true(read.rows[0].voice.freq == 110);
    assert_true(read.rows[0].filter_freq == 900);
    assert_true(read.rows[0].voice.reverb_send == 0.25F);
    assert_true(read.rows[0].amp == 0.5F);
    assert_true(read.rows[0].voice.filter_q == 2);
    assert_true(read.delay_highcut == 5000);
}

CLAIM(notes_are_taken_in_the_order_of_the_row)
{
    struct row one = make_row(STEPS);
    double notes[] = { 55, 110, 220 };
    struct score_pattern read;
    struct fault fault;

    one.notes = (struct real_list){ 3, notes };
    one.note_index = 4;
    assert_int_equal(read_rows(&one, 1, &read, &fault), ERR_OK);
    assert_int_equal(read.rows[0].note_count, 3);
    assert_true(read.rows[0].notes[0] == 110 && read.rows[0].notes[1] == 220 && read.rows[0].notes[2] == 55);
}

CLAIM(a_voice_that_is_an_effect_is_refused)
{
    struct row one = make_row(STEPS);
    struct score_pattern read;
    struct fault fault;

    one.voice_id = TEXT("delay1");
    assert_int_equal(read_rows(&one, 1, &read, &fault), ERR_BAD_REQUEST);
    assert_string_equal(fault.field, "pattern.sequencer.tracks[0].voice_id");
    one.voice_id = TEXT("voice33");
    assert_int_equal(read_rows(&one, 1, &read, &fault), ERR_BAD_REQUEST);
}

CLAIM(an_attack_of_zero_is_the_least_attack)
{
    struct row one = make_row(STEPS);
    struct pattern pattern = { .sequencer.tracks = { 1, &one } };
    struct score_pattern zero, least, longer;

    pattern.modules.has_voice2 = pattern.modules.voice2.adsr.has_attack = true;
    assert_int_equal(pattern_read(&pattern, &zero, NULL), ERR_OK);
    pattern.modules.voice2.adsr.attack = 0.0001;
    assert_int_equal(pattern_read(&pattern, &least, NULL), ERR_OK);
    pattern.modules.voice2.adsr.attack = 0.001;
    assert_int_equal(pattern_read(&pattern, &longer, NULL), ERR_OK);
    assert_true(zero.rows[0].voice.attack > 0 && zero.rows[0].voice.attack == least.rows[0].voice.attack);
    assert_true(longer.rows[0].voice.attack > least.rows[0].voice.attack);
}
