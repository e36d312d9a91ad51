/* What a hit of a pad starts: its layer by velocity and turn, the part of its sound, its loop. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { HIT = 600 /* frames of a sound */ };

static void hit_pad(struct stage *stage, int64_t frame, float velocity)
{
    stage_cue(stage, (struct cue){ .frame = frame, .verb = CUE_PAD_HIT, .voice = 3, .value = velocity });
}

static struct score_layer make_layer(uint32_t slot, float low, float high)
{
    return (struct score_layer){ .sound = slot, .generation = 1, .low = low, .high = high, .gain = 1, .ratio = 1 };
}

/* A ramp shows which of its frames sounds. */
static float ramp_at(uint32_t frame)
{
    return 0.1f + 0.5f * (float)frame / HIT;
}

static void give_ramp(struct stage *stage)
{
    float x[HIT];

    for (uint32_t i = 0; i < HIT; i++)
        x[i] = ramp_at(i);
    stage_sound(stage, 0, x, HIT);
}

static void give_pad(struct stage *stage)
{
    stage->score.pads[3] = (struct score_pad){
        .sound = SCORE_NO_SOUND, .gain = 1, .ratio = 1, .note = 255, .channel = 255, .curve = 0, .choke = 1
    };
}

STAGE_CLAIM(a_hit_starts_the_layer_of_its_velocity)
{
    struct stage *stage = *state;
    static const float velocities[] = { 0.2f, 0.5f, 0.79f, 0.8f, 1 };
    static const float levels[] = { 0.1f, 0.2f, 0.2f, 0.3f, 0.3f };

    for (uint32_t i = 0; i < 3; i++)
        stage_constant(stage, i, 0.1f * (float)(i + 1));
    give_pad(stage);
    stage->score.pads[3].layer_count = 3;
    stage->score.pads[3].layers[0] = make_layer(0, 0, 0.5f);
    stage->score.pads[3].layers[1] = make_layer(1, 0.5f, 0.8f);
    stage->score.pads[3].layers[2] = make_layer(2, 0.8f, 1);
    stage_score(stage);
    for (uint32_t i = 0; i < 5; i++)
        hit_pad(stage, 1000 + 4000 * i, velocities[i]);
    stage_run(stage, 24000);
    for (uint32_t i = 0; i < 5; i++)
        stage_near(stage->main[0][1000 + 4000 * i + 2000], levels[i], 1e-6);
}

STAGE_CLAIM(layers_of_one_velocity_take_turns)
{
    struct stage *stage = *state;

    for (uint32_t i = 0; i < 3; i++)
        stage_constant(stage, i, 0.1f * (float)(i + 1));
    give_pad(stage);
    stage->score.pads[3].layer_count = 3;
    for (uint32_t i = 0; i < 3; i++)
        stage->score.pads[3].layers[i] = make_layer(i, 0, 1);
    stage_score(stage);
    for (uint32_t i = 0; i < 7; i++)
        hit_pad(stage, 1000 + 3000 * i, 1);
    stage_run(stage, 24000);
    for (uint32_t i = 0; i < 7; i++)
        stage_near(stage->main[0][1000 + 3000 * i + 2000], 0.1 * (i % 3 + 1), 1e-6);
}

/* Soft and hard hits alternate, and a layer that is in both zones counts in each. */
STAGE_CLAIM(layers_take_turns_within_their_zone)
{
    struct stage *stage = *state;
    static const uint32_t wanted[] = { 0, 2, 1, 3, 0, 2, 1, 4, 0, 2 };

    for (uint32_t i = 0; i < 5; i++)
        stage_constant(stage, i, 0.1f * (float)(i + 1));
    give_pad(stage);
    stage->score.pads[3].layer_count = 5;
    for (uint32_t i = 0; i < 5; i++)
        stage->score.pads[3].layers[i] = make_layer(i, i > 2 ? 0.5f : 0, i < 2 ? 0.5f : 1);
    stage_score(stage);
    for (uint32_t i = 0; i < 10; i++)
        hit_pad(stage, 1000 + 3000 * i, i % 2 ? 1 : 0.3f);
    stage_run(stage, 33000);
    for (uint32_t i = 0; i < 10; i++)
        stage_near(stage->main[0][1000 + 3000 * i + 2000], 0.1 * (wanted[i] + 1), 1e-6);
}

STAGE_CLAIM(each_layer_plays_its_part_of_a_sound)
{
    struct stage *stage = *state;
    static const struct {
        uint32_t from, until, first, heard; /* frames */
    } parts[] = { { 100, 300, 100, 200 },      { 200, 0, 200, HIT - 200 }, { 0, 0, 50, 350 },
                  { 0, UINT32_MAX, 0, HIT },   { HIT, 0, 0, 0 },           { UINT32_MAX, 1, 0, 0 },
                  { HIT - 1, HIT, HIT - 1, 1 } };
    enum { PARTS = sizeof(parts) / sizeof(*parts) };

    give_ramp(stage);
    stage->score.pads[3].from = 50;
    stage->score.pads[3].until = 400;
    stage->score.pads[3].layer_count = PARTS;
    for (uint32_t i = 0; i < PARTS; i++) {
        stage->score.pads[3].layers[i] = make_layer(0, 0, 1);
        stage->score.pads[3].layers[i].from = parts[i].from;
        stage->score.pads[3].layers[i].until = parts[i].until;
    }
    stage_score(stage);
    for (uint32_t i = 0; i < PARTS; i++)
        hit_pad(stage, 1000 * (i + 1), 1);
    stage_run(stage, 1000 * (PARTS + 1));
    for (uint32_t i = 0; i < PARTS; i++) {
        const float *heard = &stage->main[0][1000 * (i + 1)];
        if (parts[i].heard)
            stage_near(heard[0], ramp_at(parts[i].first), 3e-4); /* a part shorter than its fade begins with it */
        assert_true(parts[i].heard < 2 || fabsf(heard[parts[i].heard - 2]) > 0); /* a fade ends with 0 */
        assert_true(stage_is_silent(stage, 1000 * (i + 1) + parts[i].heard, 1000 * (i + 2)));
    }
}

STAGE_CLAIM(a_layer_loops_its_part_also_reversed)
{
    struct stage *stage = *state;
    static const struct {
        uint32_t from, until, reverse, first, turn, second; /* `second` sounds `turn` frames after `first` */
    } loops[] = { { 150, 250, 0, 100, 150, 150 }, { 0, 0, 0, 100, 200, 100 },    { 300, 400, 0, 100, 200, 100 },
                  { 20, 80, 0, 100, 200, 100 },   { 20, 250, 0, 100, 150, 100 }, { UINT32_MAX, 1, 0, 100, 200, 100 },
                  { 0, 0, 1, 299, 200, 299 },     { 150, 0, 1, 299, 150, 299 } };
    enum { LOOPS = sizeof(loops) / sizeof(*loops) };

    give_ramp(stage);
    for (uint32_t i = 0; i < LOOPS; i++) {
        struct score_pad *pad = &stage->score.pads[i];
        pad->mode = PAD_LOOP;
        pad->loop_from = loops[i].from;
        pad->loop_until = loops[i].until;
        pad->reverse = loops[i].reverse;
        pad->layer_count = 1;
        pad->layers[0] = make_layer(0, 0, 1);
        pad->layers[0].from = 100;
        pad->layers[0].until = 300;
        for (uint32_t k = 0; k < 2; k++) /* the second hit ends it */
            stage_cue(stage,
                      (struct cue){ .frame = 1000 * (i + 1) + 500 * k, .verb = CUE_PAD_HIT, .voice = i, .value = 1 });
    }
    stage_score(stage);
    stage_run(stage, 1000 * (LOOPS + 1));
    for (uint32_t i = 0; i < LOOPS; i++) {
        const float *heard = &stage->main[0][1000 * (i + 1)];
        stage_near(heard[0], ramp_at(loops[i].first), 1e-6);
        stage_near(heard[loops[i].turn], ramp_at(loops[i].second), 1e-6);
    }
}

STAGE_CLAIM(a_gate_with_a_loop_sounds_until_its_release)
{
    struct stage *stage = *state;

    float x[HIT];
    for (uint32_t i = 0; i < HIT; i++)
        x[i] = 0.25f;
    stage_sound(stage, 0, x, HIT);
    give_pad(stage);
    stage->score.pads[3].sound = 0;
    stage->score.pads[3].generation = 1;
    stage->score.pads[3].mode = PAD_GATE;
    stage->score.pads[3].loop_from = 100;
    stage->score.pads[3].loop_until = 500;
    stage_score(stage);
    hit_pad(stage, 1000, 1);
    stage_cue(stage, (struct cue){ .frame = 9000, .verb = CUE_PAD_RELEASE, .voice = 3 });
    stage_run(stage, 12000);
    stage_near(stage->main[0][8999], 0.25, 1e-6);
    assert_true(stage_is_silent(stage, 9000 + 240, 12000));
}

/* The streamer is dead for 5,000 hits, then it reads all notes; the next one says how many hits it has not got. */
STAGE_CLAIM(hits_for_which_the_ring_of_notes_has_no_room_are_counted_in_the_next_note)
{
    struct stage *stage = *state;
    struct ring notes = studio_notes(stage->studio, CUES_STREAMER);
    struct note note = { 0 };
    uint32_t hits = 0;

    give_pad(stage);
    stage_score(stage);
    for (uint32_t i = 0; i < 50; i++) {
        for (uint32_t k = 0; k < 100; k++)
            hit_pad(stage, CUE_NOW, 1);
        stage_run(stage, stage->recorded + stage->period);
    }
    while (ring_read(&notes, &note, 1)) {
        hits += note.kind == NOTE_PAD_HIT;
        assert_int_equal(note.lost, 0);
    }
    assert_in_range(hits, 3000, NOTES_CELLS);
    hit_pad(stage, CUE_NOW, 1);
    stage_run(stage, stage->recorded + stage->period);
    while (ring_read(&notes, &note, 1))
        if (note.kind == NOTE_PAD_HIT)
            break;
    assert_int_equal(note.lost, 5000 - hits);
}
