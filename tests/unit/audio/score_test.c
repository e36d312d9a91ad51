#include <stdlib.h>
#include <string.h>

#include "services/audio/control/audio.h"
#include "services/audio/control/pad.h"
#include "services/audio/control/score.h"
#include "tests/unit/claim.h"

/* The control thread's part of a core that finds the score in `memory`. */
static struct audio *begin_score(void *memory)
{
    struct audio *audio = calloc(1, sizeof(*audio));

    assert_non_null(audio);
    assert_true(snapshot_open(&audio->published, memory, sizeof(struct score)));
    audio_score_begin(audio);
    return audio;
}

CLAIM(the_empty_pads_of_an_older_version_are_empty)
{
    const struct score_pad empty = pad_empty();
    const size_t size = (snapshot_size(sizeof(struct score)) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, size);

    assert_non_null(memory);
    memset(memory, 0, size);
    snapshot_make(memory, sizeof(struct score));
    struct audio *older = begin_score(memory);
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        older->score.pads[i].bend = older->score.pads[i].resonance = 0;
    older->score.pads[3] = empty;
    older->score.pads[3].sound = 5;
    older->score.pads[3].bend = 0; /* as a client set it */
    audio_score_publish(older);

    struct audio *newer = begin_score(memory);
    for (uint32_t i = 0; i < SCORE_PADS; i++)
        assert_memory_equal(&newer->score.pads[i], i == 3 ? &older->score.pads[3] : &empty, sizeof(empty));
    free(older);
    free(newer);
    free(memory);
}
