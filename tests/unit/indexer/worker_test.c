#include "services/indexer/analyse/worker.h"
#include "tests/unit/claim.h"

static const uint8_t hash[16] = { 1 };

static struct result good_result(void)
{
    return (struct result){ .number = 1,
                            .seconds = 1,
                            .found = {
                                .state = { .value = ANALYSIS_STATE_DONE }, .content = { 16, hash }, .frames = 44100 } };
}

CLAIM(an_answer_that_fits_is_taken)
{
    struct result result = good_result();

    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_OK);
    result.found.state.value = ANALYSIS_STATE_WAITING;
    assert_int_equal(worker_check(&result, WORKER_MODE_HASH, NULL), ERR_OK);
}

CLAIM(a_state_that_does_not_fit_the_job_is_refused)
{
    struct result result = good_result();

    assert_int_equal(worker_check(&result, WORKER_MODE_HASH, NULL), ERR_BAD_REQUEST);
    result.found.state.value = ANALYSIS_STATE_QUARANTINED;
    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_BAD_REQUEST);
    result.found.state.value = ANALYSIS_STATE_FAILED; /* without a reason */
    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_BAD_REQUEST);
    result.found.state.value = ANALYSIS_STATE_DONE; /* without a content */
    result.found.content.len = 0;
    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_BAD_REQUEST);
}

CLAIM(a_fact_in_a_persons_name_is_refused)
{
    struct fact fact = { .attribute = TEXT("bpm"), .source = { .value = SOURCE_USER }, .has_number = true };
    struct result result = good_result();

    result.found.facts = (struct fact_list){ 1, &fact };
    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_BAD_REQUEST);
    fact.source.value = SOURCE_ANALYSIS;
    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_OK);
}

CLAIM(negative_lengths_and_half_embeddings_are_refused)
{
    struct result result = good_result();

    result.found.frames = -1;
    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_BAD_REQUEST);
    result = good_result();
    result.found.has_embedding = true;
    assert_int_equal(worker_check(&result, WORKER_MODE_ANALYSE, NULL), ERR_BAD_REQUEST);
}
