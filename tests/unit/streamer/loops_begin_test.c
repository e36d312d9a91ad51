/* Loops that begin on one frame: when it is chosen, and that a stop of all takes back those that wait for the core. */
#include "services/streamer/play/together.h"
#include "tests/unit/claim.h"
#include "tests/unit/streamer/scene.h"

#define SCENE_CLAIM(name) CLAIM_WITH(name, make_scene, end_scene)

enum { LOOPS = 3, RATE = 48000, PERIOD = 8192, NOW = 1000000, NO_TICKET = 1 << 30 };

static void prepare_nothing(void *state, struct voice *voice, uint64_t effects)
{
    (void)state, (void)voice, (void)effects;
}

/* Loops of different lengths, not filled yet, on a core of long periods. */
static struct voice_together *open_loops(struct scene *scene)
{
    const struct state core = { .rate = RATE, .period = PERIOD, .frame = NOW, .tempo = 120 };
    struct slots slots = studio_state(scene->studio);
    struct voices *voices = &scene->streamer.voices;
    struct voice_together *together;

    streamer_open(&scene->streamer, scene->service);
    slots_put(&slots, &core);
    core_link_look(&scene->streamer.core);
    together = together_new(voices, clock_steady() + 3600000000);
    assert_non_null(together);
    together_aim(together, &scene->streamer.core, 0, LOOPS, false);
    for (uint32_t i = 0; i < LOOPS; i++) {
        struct voice *voice = &voices->each[i];
        voice->phase = VOICE_FILLING;
        voice->format.rate = RATE;
        voice->plan = (struct voice_plan){ .loop_key = i + 1, .loop_length = 7000 + 1000 * i, .tempo = 1, .gain = 1 };
        together_place(together, &voice->plan);
        together_add(together, voice);
        voice->prepare = prepare_nothing;
    }
    return together;
}

SCENE_CLAIM(loops_of_a_core_with_long_periods_begin_on_one_frame)
{
    struct scene *scene = *state;
    struct voice *each = scene->streamer.voices.each;

    (void)open_loops(scene);
    for (uint32_t i = 0; i < LOOPS; i++)
        together_filled(&each[i]);
    for (uint32_t i = 0; i < LOOPS; i++) {
        assert_true(each[i].is_cued && each[i].begins >= NOW + 2 * PERIOD);
        assert_int_equal(each[i].begins, each[0].begins);
        each[i].phase = VOICE_FREE;
    }
}

SCENE_CLAIM(the_wait_for_the_others_begins_anew_when_the_filled_loop_is_gone)
{
    struct scene *scene = *state;
    struct voice *each = scene->streamer.voices.each;
    const struct voice_together *together = open_loops(scene);

    together_filled(&each[0]);
    assert_true(together->since > 0);
    each[0].together = NULL;
    together_tick(&scene->streamer.voices);
    assert_true(together->since == 0 && !together->has_begun);
    for (uint32_t i = 0; i < LOOPS; i++)
        each[i].phase = VOICE_FREE;
}

SCENE_CLAIM(a_stop_of_all_takes_back_the_loops_that_wait_for_the_core)
{
    static const struct streamer_stop stops[] = { { .has_voice = false }, { .has_loop_key = true } },
                                      others[] = { { .has_voice = true, .voice = 3 },
                                                   { .has_loop_key = true, .loop_key = 2 } };
    struct scene *scene = *state;
    struct streamer *streamer = &scene->streamer;
    const struct streamer_play_loops ask = { 0 };

    streamer_open(streamer, scene->service);
    for (uint32_t i = 0; i < 2; i++) {
        struct call waits = { .service = scene->service,
                              .deadline = clock_steady() + 10000000,
                              .ticket.number = NO_TICKET };
        struct call stop = { .service = scene->service, .was_begun = true };
        assert_int_equal(asks_handlers.play_loops(streamer, &waits, &ask, &(struct stream_voices){ 0 }), ERR_OK);
        assert_int_equal(streamer->waiting.count, 1);
        assert_int_equal(asks_handlers.stop(streamer, &stop, &others[i], &(struct nothing){ 0 }), ERR_OK);
        assert_int_equal(streamer->waiting.count, 1);
        assert_int_equal(asks_handlers.stop(streamer, &stop, &stops[i], &(struct nothing){ 0 }), ERR_OK);
        assert_int_equal(streamer->waiting.count, 0);
    }
}
