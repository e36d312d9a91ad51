/* A streamer whose predecessor died between two steps: which asks it finds done, and what it sends to the core. */
#include "services/streamer/play/handover.h"
#include "tests/unit/claim.h"
#include "tests/unit/streamer/scene.h"

enum { LEFT = 5, FREED = 6, SOUND_GENERATION = 3 };

/* The predecessor released the sound, but the core has not said yet that it is free. */
static void release_sound(struct scene *scene, uint32_t slot)
{
    struct sound_entry *entry = &studio_sounds(scene->studio)->entries[slot];

    atomic_store(&entry->generation, SOUND_GENERATION);
    atomic_store(&entry->state, SOUND_LEAVING);
}

/* The predecessor died before its start cue, the first cue of all. */
static struct handover_voice *start_voice(struct scene *scene)
{
    struct handover *handover = studio_streamer(scene->studio);
    struct handover_voice *voice = &handover->voices[0];
    struct ring ring;

    handover->version = HANDOVER_VERSION;
    voice->gain = 1;
    voice->begins = CUE_NOW;
    voice->started = voice->cued = 1;
    voice->pieces[0].tempo = 1;
    strcpy(voice->pieces[0].path, "/nowhere/kick.wav");
    atomic_store(&studio_stream(scene->studio, 0, &ring)->generation, 1);
    atomic_store(&voice->phase, HANDOVER_STARTING);
    return voice;
}

CLAIM_WITH(the_cues_of_a_successor_do_not_count_as_those_of_its_predecessor, make_scene, end_scene)
{
    struct scene *scene = *state;
    struct recalled *stop = &scene->service->recalled[0];
    struct handover_voice *voice = start_voice(scene);
    struct ring cues = studio_cues(scene->studio, CUES_STREAMER);

    release_sound(scene, LEFT);
    stop->state = RECALL_PREPARED;
    stop->effects = 1;
    streamer_open(&scene->streamer, scene->service);
    assert_non_null(scene->streamer.core.studio);
    assert_int_equal(stop->state, RECALL_BEGUN);
    assert_int_not_equal(atomic_load(&voice->phase), HANDOVER_PLAYING);
    assert_int_equal(ring_written(&cues), 2); /* the uncertain voice stops, and the sound is released */
}

CLAIM_WITH(a_sound_that_the_core_freed_meanwhile_is_free, make_scene, end_scene)
{
    struct scene *scene = *state;
    struct ring notes = studio_notes(scene->studio, CUES_STREAMER);
    const struct note note = { .kind = NOTE_SOUND_FREE, .sound = FREED, .generation = SOUND_GENERATION };

    release_sound(scene, FREED);
    assert_int_equal(ring_write(&notes, &note, 1), 1);
    streamer_open(&scene->streamer, scene->service);
    assert_int_equal(atomic_load(&studio_sounds(scene->studio)->entries[FREED].state), SOUND_EMPTY);
}
