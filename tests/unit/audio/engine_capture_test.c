/* The frames at the inputs are in the rings of captures, and missing ones are counted in their place. */
#include "tests/unit/audio/stage.h"
#include "tests/unit/claim.h"

static void fill_input(struct stage *stage)
{
    for (uint32_t i = 0; i < STAGE_MOST; i++) {
        stage->in[0][i] = stage_count(i);
        stage->in[1][i] = -stage_count(i);
    }
}

static void cue_take(struct stage *stage, uint32_t generation, int64_t from, int64_t until)
{
    stage_cue(stage, (struct cue){ .frame = from, .verb = CUE_CAPTURE_START, .generation = generation });
    stage_cue(stage, (struct cue){ .frame = until, .verb = CUE_CAPTURE_STOP, .generation = generation });
}

STAGE_CLAIM(a_take_holds_exactly_the_frames_of_its_cues)
{
    struct stage *stage = *state;
    struct ring ring;
    struct capture_memory *capture = studio_capture(stage->studio, 0, &ring);
    float frame[2];

    fill_input(stage);
    cue_take(stage, 5, 1111, 3333);
    stage_run(stage, 2000);
    assert_int_equal(capture_header_get(capture).generation, 5);
    assert_true(capture_header_get(capture).end == UINT64_MAX);
    assert_int_equal(stage_state(stage).capture, 5);
    cue_take(stage, 6, 4000, 4001);
    stage_run(stage, 3900);
    assert_int_equal(capture_header_get(capture).first, 1111);
    assert_int_equal(capture_header_get(capture).end - capture_header_get(capture).begin, 2222);
    stage_run(stage, 5000);
    assert_int_equal(capture_header_get(capture).generation, 6);
    assert_int_equal(capture_header_get(capture).first, 4000);
    assert_int_equal(ring_ready(&ring), 2223);
    for (uint32_t i = 0; i < 2223; i++) {
        assert_int_equal(ring_read(&ring, frame, 1), 1);
        assert_true(frame[0] == stage_count(i < 2222 ? 1111 + i : 4000) && frame[1] == -frame[0]);
    }
    assert_int_equal(capture_header_get(capture).lost, 0);
    assert_int_equal(stage_note(stage, NOTE_CAPTURE_STOPPED, 0)->index, 2222);
}

STAGE_CLAIM(another_capture_beside_a_take_hears_the_port_that_is_listened_to)
{
    struct stage *stage = *state;
    struct ring take, listened;
    struct capture_memory *capture = studio_capture(stage->studio, CAPTURE_LISTEN, &listened);
    float frame[2];

    (void)studio_capture(stage->studio, CAPTURE_TAKE, &take);
    fill_input(stage);
    stage->listens = true;
    cue_take(stage, 5, 100, 900);
    stage_cue(stage, (struct cue){ .frame = 200, .verb = CUE_CAPTURE_START, .voice = CAPTURE_LISTEN, .generation = 7 });
    stage_run(stage, 1000);
    assert_int_equal(stage_state(stage).capture, 0);
    assert_int_equal(capture_header_get(capture).generation, 7);
    assert_int_equal(ring_ready(&take), 800);
    assert_int_equal(ring_ready(&listened), 800);
    for (uint32_t i = 0; i < 800; i++) {
        assert_int_equal(ring_read(&listened, frame, 1), 1);
        assert_true(frame[0] == -stage_count(200 + i) && frame[1] == frame[0]);
        assert_int_equal(ring_read(&take, frame, 1), 1);
        assert_true(frame[0] == stage_count(100 + i));
    }
    stage->listens = false; /* no port: silence */
    stage_run(stage, 1001);
    assert_int_equal(ring_read(&listened, frame, 1), 1);
    assert_true(frame[0] == 0 && frame[1] == 0);
}

STAGE_CLAIM(frames_that_find_no_room_are_counted)
{
    struct stage *stage = *state;
    struct ring ring;
    struct capture_memory *capture = studio_capture(stage->studio, 0, &ring);

    stage->period = 8192;
    cue_take(stage, 1, 0, INT64_MAX);
    for (int i = 0; i < 100; i++) {
        stage->recorded = 0;
        stage_run(stage, 8192);
    }
    assert_int_equal(ring_ready(&ring), CAPTURE_FRAMES);
    assert_int_equal(capture_header_get(capture).lost, 819200 - CAPTURE_FRAMES);
    assert_non_null(stage_note(stage, NOTE_CAPTURE_LOST, 0));
}

static uint64_t gap_at(const struct capture_header *header, uint64_t number)
{
    return header->gap[number % CAPTURE_GAPS].at - header->begin;
}

/* The inputs of a new client are not connected at first; the mask of the previous client shows when they are again. */
STAGE_CLAIM(a_take_hears_a_new_client_when_its_inputs_are_connected_again)
{
    struct stage *stage = *state;
    struct ring ring;
    struct capture_memory *capture = studio_capture(stage->studio, 0, &ring);

    fill_input(stage);
    stage->client = 7;
    stage->wired = 2;
    cue_take(stage, 5, 256, INT64_MAX);
    stage_run(stage, 1024);
    stage_pass(stage, 100); /* lost between the two */
    stage->client = 8;
    stage->wired = 0;
    stage_run(stage, 1536);
    stage->client = 9; /* once more */
    stage->wired = 1;
    stage_run(stage, 1792);
    struct capture_header header = capture_header_get(capture);
    assert_int_equal(ring_ready(&ring), 768);
    assert_int_equal(header.lost, 768);
    assert_int_equal(header.gaps, 1);
    assert_int_equal(gap_at(&header, 0), 768);
    stage->wired = 3;
    stage_run(stage, 2048);
    stage->wired = 0; /* a player that leaves is recorded as silence */
    stage_run(stage, 2304);
    header = capture_header_get(capture);
    assert_int_equal(header.lost, 768);
    assert_int_equal(ring_ready(&ring), 768 + 512);
    stage_pass(stage, 11);
    stage_run(stage, 2560);
    header = capture_header_get(capture);
    assert_int_equal(header.gaps, 2);
    assert_int_equal(gap_at(&header, 1), 768 + 512);
    assert_int_equal(header.gap[1].total, header.lost);
    stage->client = 10; /* nothing was connected, so the take does not wait */
    stage_run(stage, 2816);
    assert_int_equal(capture_header_get(capture).lost, 768 + 11);
    stage->wired = 1;
    stage_run(stage, 3072);
    stage->client = 11;
    stage->wired = 0;
    cue_take(stage, 6, CUE_NOW, INT64_MAX); /* another take records the present inputs */
    stage_run(stage, 3328);
    header = capture_header_get(capture);
    assert_int_equal(header.generation, 6);
    assert_int_equal(header.lost + header.gaps, 0);
}

/* The other input may never be connected again, or a person connects another one. */
STAGE_CLAIM(one_input_that_is_connected_again_sounds)
{
    static const uint32_t connected[] = { 1, 2 };
    struct stage *stage = *state;
    struct ring ring;
    struct capture_memory *capture = studio_capture(stage->studio, 0, &ring);

    fill_input(stage);
    stage->client = 6;
    stage->wired = 3;
    cue_take(stage, 5, 256, INT64_MAX);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t began = stage->recorded;
        uint64_t lost = capture_header_get(capture).lost;
        stage_run(stage, began + 1024);
        stage->client++;
        stage->wired = 0;
        stage_run(stage, began + 2048);
        stage->wired = connected[i];
        stage_run(stage, began + 12288);
        struct capture_header header = capture_header_get(capture);
        uint64_t deaf = header.lost - lost;
        assert_true(deaf >= 1024 && deaf <= 1024 + 4800 + 256);
        assert_int_equal(header.gaps, i + 1);
        assert_int_equal(ring_ready(&ring), stage->recorded - 256 - header.lost);
        assert_int_equal(header.gap[i].at - header.begin, began + 1024 - 256 - lost);
        stage->wired = 3;
        stage_run(stage, began + 16384);
    }
}

static void cue_kept(struct stage *stage, uint32_t generation, uint64_t begin)
{
    stage_cue(stage, (struct cue){ .frame = CUE_NOW,
                                   .verb = CUE_CAPTURE_START,
                                   .generation = generation,
                                   .flags = CUE_KEPT,
                                   .from = (uint32_t)begin,
                                   .until = (uint32_t)(begin >> 32) });
}

/* The header of a kept take has only the gaps after the take's first cell, and the frame of that cell. */
STAGE_CLAIM(a_kept_take_begins_at_a_past_cell_of_the_capture_that_runs)
{
    struct stage *stage = *state;
    struct ring ring;
    struct capture_memory *capture = studio_capture(stage->studio, 0, &ring);
    struct capture_header header;

    fill_input(stage);
    cue_take(stage, 5, 256, INT64_MAX);
    stage_run(stage, 1024);
    stage_pass(stage, 100);
    stage_run(stage, 2048);
    stage_pass(stage, 50);
    stage_run(stage, 4096);
    uint64_t begin = capture_header_get(capture).begin, second = capture_header_get(capture).gap[1].at;
    cue_kept(stage, 6, second - 200);
    stage_run(stage, 5120);
    header = capture_header_get(capture);
    assert_int_equal(header.generation, 6);
    assert_int_equal(header.begin, second - 200);
    assert_int_equal(header.first, 256 + 100 + (int64_t)(second - 200 - begin));
    assert_int_equal(header.lost, 50);
    assert_int_equal(header.gaps, 1);
    assert_int_equal(header.gap[0].at, second);
    assert_int_equal(header.gap[0].total, 50);
    assert_true(header.end == UINT64_MAX);
    assert_int_equal(ring_ready(&ring) - (second - 200), 5120 - header.first - 50);
    cue_kept(stage, 7, second - 201); /* before the capture that runs */
    stage_run(stage, 5376);
    ring_release(&ring, second);
    cue_kept(stage, 8, second - 1); /* released */
    stage_run(stage, 5632);
    assert_int_equal(capture_header_get(capture).generation, 6);
    assert_non_null(stage_note(stage, NOTE_CUE_REFUSED, 1));
}
