/* The items to be analysed again come out with the latest first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "services/indexer/analyse/renewals.h"

static struct work *make_work(uint64_t renews, uint8_t library)
{
    struct work *work = work_new(bytes_of("/x", 2));

    assert_non_null(work);
    work->renews = renews;
    work->library.b[0] = library;
    return work;
}

static void the_latest_comes_first(void **state)
{
    struct renewals all = { 0 };
    uint64_t last = UINT64_MAX;
    struct work *work;

    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        renewals_add(&all, make_work(1 + i * 7919 % 1009, 1));
    for (size_t left = 1000; left > 0; left--) {
        work = renewals_take(&all);
        assert_non_null(work);
        assert_true(work->renews <= last);
        last = work->renews;
        work_free(work);
    }
    assert_null(renewals_take(&all));
    renewals_clear(&all);
}

static void the_renewals_of_one_library_are_taken_out(void **state)
{
    struct renewals all = { 0 };
    struct work_queue taken = { 0 };
    struct id library = { { 2 } };
    uint64_t last = UINT64_MAX;
    struct work *work;

    (void)state;
    for (uint64_t i = 0; i < 300; i++)
        renewals_add(&all, make_work(1 + i * 31 % 307, (uint8_t)(1 + i % 3)));
    renewals_take_of(&all, library, &taken);
    assert_int_equal(taken.count, 100);
    assert_int_equal(all.count, 200);
    while ((work = renewals_take(&all))) {
        assert_int_not_equal(work->library.b[0], 2);
        assert_true(work->renews <= last);
        last = work->renews;
        work_free(work);
    }
    work_queue_clear(&taken);
    renewals_clear(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_comes_first),
        cmocka_unit_test(the_renewals_of_one_library_are_taken_out),
    };

    return cmocka_run_group_tests_name("renewals", tests, NULL, NULL);
}
