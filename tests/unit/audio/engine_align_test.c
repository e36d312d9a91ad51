/* The engine with inserts: all channels are heard in time with the one that comes back last. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

enum { FADE = 240 };

/* Frames at which main has the count of the stream as late as `late`. */
static void assert_late(struct stage *stage, uint32_t from, uint32_t until, uint32_t late)
{
    for (uint32_t i = from; i < until; i++)
        if (!(stage->main[0][i] == stage_count((1 << 20) + i - late)))
            fail_msg("frame %u is not %u frames late", i, late);
}

static void give_count(struct stage *stage, uint16_t group)
{
    stage_first_generation(stage, 0, 1);
    stage_fill(stage, 0, 1 << 20, 40000);
    stage_cue(stage,
              (struct cue){ .frame = CUE_NOW, .verb = CUE_STREAM_START, .generation = 1, .group = group, .value = 1 });
}

/* Pads have an insert, whose return is silent here; each other channel waits for it, with each length of period. */
STAGE_CLAIM(channels_wait_for_an_insert_and_cross_fade_to_it_and_back)
{
    static const uint16_t groups[] = { GROUP_STREAMS, GROUP_PREVIEW };
    enum { LATE = 1300 };
    struct stage *stage = *state;

    for (uint32_t n = 0; n < 2; n++) {
        if (n > 0)
            stage_again(stage);
        stage->chain = NAN;
        give_count(stage, groups[n]);
        stage_run(stage, 4096);
        assert_late(stage, 0, 4096, 0);
        stage->chains = 1u << GROUP_PADS;
        stage->latency_frames[GROUP_PADS] = LATE;
        stage_run(stage, 12288);
        assert_int_equal(stage->last.delay, LATE);
        assert_int_equal(stage->last.aligned, LATE);
        assert_int_equal(stage_state(stage).delay, LATE);
        assert_late(stage, 4096, 4096 + LATE, 0); /* until the line has so many frames */
        assert_late(stage, 4096 + LATE + FADE, 12288, LATE);
        stage->chains = 0;
        stage_run(stage, 16384);
        assert_int_equal(stage->last.delay, 0);
        assert_late(stage, 12288 + FADE, 16384, 0);
        for (uint32_t i = 1; i < 16384; i++) /* a step would be the whole latency */
            assert_true(fabsf(stage->main[0][i] - stage->main[0][i - 1]) <= 2 * LATE * 0x1p-24f / FADE + 0x1p-22f);
    }
}

/* Two inserts: the channel with the later one does not wait, the other one waits for the difference. */
STAGE_CLAIM(a_channel_waits_only_for_what_its_own_insert_lacks)
{
    struct stage *stage = *state;

    for (uint32_t i = 0; i < STAGE_MOST; i++)
        stage->returns[0][i] = stage->returns[1][i] = (float)i * 0x1p-20f;
    stage->chain = NAN;
    stage->chains = 1u << GROUP_PADS | 1u << GROUP_SOUNDS;
    stage->latency_frames[GROUP_PADS] = 256;
    stage->latency_frames[GROUP_SOUNDS] = 1000;
    stage_run(stage, 8192);
    for (uint32_t i = 4096; i < 8192; i++)
        stage_near((double)stage->main[0][i], (2.0 * i - 744) * 0x1p-20, 1e-7);
}

STAGE_CLAIM(a_take_of_a_channel_does_not_wait)
{
    struct stage *stage = *state;
    struct ring ring;
    float frame[2];

    (void)studio_capture(stage->studio, CAPTURE_TAKE, &ring);
    stage->chain = NAN;
    stage->chains = 1u << GROUP_PADS;
    stage->latency_frames[GROUP_PADS] = 700;
    stage_cue(stage, (struct cue){ .frame = CUE_NOW,
                                   .verb = CUE_CAPTURE_START,
                                   .generation = 5,
                                   .group = CAPTURE_GROUP + GROUP_STREAMS });
    give_count(stage, GROUP_STREAMS);
    stage_run(stage, 4096);
    for (uint32_t i = 0; i < 4096; i++) {
        assert_int_equal(ring_read(&ring, frame, 1), 1);
        assert_true(frame[0] == stage_count((1 << 20) + i));
    }
    assert_late(stage, 2000, 4096, 700);
}

STAGE_CLAIM(a_panic_silences_what_waits)
{
    struct stage *stage = *state;

    stage->chain = NAN;
    stage->chains = 1u << GROUP_PADS;
    stage->latency_frames[GROUP_PADS] = 8192;
    give_count(stage, GROUP_STREAMS);
    stage_run(stage, 12288);
    assert_late(stage, 8192 + FADE, 12288, 8192);
    stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
    stage_run(stage, 32768);
    assert_true(stage_is_silent(stage, 12288 + stage->period, 32768));
}

/* A sound that begins after a panic, even during its fade, is heard once and in its place. */
STAGE_CLAIM(a_sound_after_a_panic_waits_like_any_other)
{
    enum { LATE = 3000, PANIC = 5120, COUNT = 2000 };
    static const uint32_t begins[] = { PANIC + 100, PANIC + FADE + 100, PANIC + LATE / 2 };
    struct stage *stage = *state;

    for (uint32_t n = 0; n < sizeof(begins) / sizeof(*begins); n++) {
        const uint32_t begin = begins[n], is_heard = begin > PANIC + FADE ? begin : PANIC + FADE;

        stage_again(stage);
        stage->chain = NAN;
        stage->chains = 1u << GROUP_PADS;
        stage->latency_frames[GROUP_PADS] = LATE;
        give_count(stage, GROUP_SOUNDS);
        stage_run(stage, PANIC);
        stage_cue(stage, (struct cue){ .frame = CUE_NOW, .verb = CUE_PANIC });
        stage_first_generation(stage, 1, 1);
        stage_fill(stage, 1, 1 << 20, COUNT);
        stage_finish(stage, 1);
        stage_start_stream(stage, 1, 1, begin);
        stage_run(stage, PANIC + 2 * LATE + COUNT);
        assert_true(stage_is_silent(stage, PANIC + FADE, is_heard + LATE));
        for (uint32_t i = is_heard + LATE; i < begin + LATE + COUNT; i++)
            assert_true(stage->main[0][i] == stage_count((1 << 20) + i - begin - LATE));
        assert_true(stage_is_silent(stage, begin + LATE + COUNT, stage->recorded));
    }
}

/* After a restart of the core nothing is made until the new client knows its chains. */
STAGE_CLAIM(the_delay_stays_while_a_new_client_makes_the_chains_again)
{
    enum { LATE = 1300 };
    struct stage *stage = *state;

    stage->chain = NAN;
    stage->chains = 1u << GROUP_PADS;
    stage->latency_frames[GROUP_PADS] = LATE;
    give_count(stage, GROUP_STREAMS);
    stage_run(stage, 4096);
    stage->chains = 0;
    stage->awaits_chains = true;
    stage->client++;
    stage_run(stage, 8192);
    assert_int_equal(stage->last.delay, LATE);
    stage->chains = 1u << GROUP_PADS;
    stage->awaits_chains = false;
    stage_run(stage, 12288);
    assert_late(stage, LATE + FADE, 12288, LATE);
}

STAGE_CLAIM(a_gap_moves_what_waits_too)
{
    enum { LATE = 1000, GAP = 300 };
    struct stage *stage = *state;

    stage->chain = NAN;
    stage->chains = 1u << GROUP_PADS;
    stage->latency_frames[GROUP_PADS] = LATE;
    give_count(stage, GROUP_STREAMS);
    stage_run(stage, 4096);
    stage_pass(stage, GAP);
    stage_run(stage, 8192);
    assert_late(stage, 4096 + GAP, 4096 + LATE, LATE);
    assert_true(stage_is_silent(stage, 4096 + LATE, 4096 + LATE + GAP));
    assert_late(stage, 4096 + GAP + LATE, 8192, LATE);
}
