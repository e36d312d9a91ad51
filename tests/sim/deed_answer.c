/* Compares the answers of persist to deeds with the commits. */
#include "common/arena.h"
#include "proto/wire/codec.h"
#include "proto/wire/frame.h"
#include "tests/sim/deed.h"

static bool says_nothing(enum err e)
{
    return e == ERR_BUSY || e == ERR_IO || e == ERR_FULL || e == ERR_TIMEOUT || e == ERR_OFFLINE;
}

bool deed_is_refused_whole(struct bytes answer)
{
    struct arena arena = { 0 };
    struct outcomes outcomes = { 0 };
    bool refused = codec_decode(&outcomes_shape, answer, &arena, &outcomes, NULL) == ERR_OK && outcomes.each.count > 0;

    for (uint32_t i = 0; refused && i < outcomes.each.count; i++)
        refused = !text_is(outcomes.each.at[i].error, "ok");
    arena_free(&arena);
    return refused;
}

void deed_is_remembered(struct id request, struct bytes answer)
{
    struct deed *deed = deed_of(request);

    if (!deed)
        sim_fail("an answer is kept for a request that no client made");
    buffer_reset(&deed->answer);
    buffer_add(&deed->answer, answer.at, answer.len);
    deed->is_remembered = true;
}

void deed_is_forgotten(struct id request)
{
    struct deed *deed = deed_of(request);

    if (deed)
        deed->is_remembered = deed->was_sent = false;
}

void deed_is_answered(struct bytes frame)
{
    struct answer_frame answer;
    struct deed *deed;

    if (frame_read_answer(frame, &answer, NULL) != ERR_OK || !(deed = deed_of(answer.request)))
        sim_fail("an answer to an unknown request");
    bool may_be_refused = says_nothing(answer.error) || (deed->rival && answer.error == ERR_CONFLICT);
    if (deed->was_sent && answer.error != ERR_OK && !may_be_refused)
        sim_fail("request %u was done, but is refused now: %s", deed_number(deed), err_name(answer.error));
    if (answer.error != ERR_OK || (!sim.is_once && deed_is_refused_whole(answer.body)))
        return;
    sim_digest(answer.body.at, answer.body.len);
    if (!bytes_equal(buffer_bytes(&deed->answer), answer.body))
        sim_fail("request %u is acked with an answer that was not committed", deed_number(deed));
    deed->was_sent = deed->is_remembered;
}
