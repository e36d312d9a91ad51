/* The items to be analysed again come out with the latest first. */

#include "services/indexer/analyse/renewals.h"
#include "tests/unit/claim.h"

static struct analysis *make_work(uint64_t renews, uint8_t library)
{
    struct analysis *analysis = analysis_new(bytes_of("/x", 2));

    assert_non_null(analysis);
    analysis->renews = renews;
    analysis->library.b[0] = library;
    return analysis;
}

CLAIM(the_latest_comes_first)
{
    struct renewals all = { 0 };
    uint64_t last = UINT64_MAX;
    struct analysis *analysis;

    for (uint64_t i = 0; i < 1000; i++)
        renewals_add(&all, make_work(1 + i * 7919 % 1009, 1));
    for (size_t left = 1000; left > 0; left--) {
        analysis = renewals_take(&all);
        assert_non_null(analysis);
        assert_true(analysis->renews <= last);
        last = analysis->renews;
        analysis_free(analysis);
    }
    assert_null(renewals_take(&all));
    renewals_clear(&all);
}

CLAIM(the_renewals_of_one_library_are_taken_out)
{
    struct renewals all = { 0 };
    struct analysis_queue taken = { 0 };
    struct id library = { { 2 } };
    uint64_t last = UINT64_MAX;
    struct analysis *analysis;

    for (uint64_t i = 0; i < 300; i++)
        renewals_add(&all, make_work(1 + i * 31 % 307, (uint8_t)(1 + i % 3)));
    renewals_take_of(&all, library, &taken);
    assert_int_equal(taken.count, 100);
    assert_int_equal(all.count, 200);
    while ((analysis = renewals_take(&all))) {
        assert_int_not_equal(analysis->library.b[0], 2);
        assert_true(analysis->renews <= last);
        last = analysis->renews;
        analysis_free(analysis);
    }
    analysis_queue_clear(&taken);
    renewals_clear(&all);
}
