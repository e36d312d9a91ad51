#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/indexer/scan/idset.h"

enum { MANY = 5000 };

/* Every eighth id has the same place in a small table. */
static struct id make_id(uint64_t number)
{
    struct id made = { { 0 } };
    uint64_t word = number % 8 ? number : number << 40;

    memcpy(made.b + 8, &word, sizeof(word));
    memcpy(made.b, &number, sizeof(number));
    return made;
}

static void what_was_added_is_in_it_once(void **state)
{
    struct idset set = { 0 };

    (void)state;
    assert_false(idset_has(&set, make_id(1)));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_true(idset_add(&set, make_id(i)));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_false(idset_add(&set, make_id(i)));
    assert_int_equal(set.count, MANY);
    idset_free(&set);
}

static void removing_leaves_all_others(void **state)
{
    struct idset set = { 0 };

    (void)state;
    for (uint64_t i = 1; i <= MANY; i++)
        idset_add(&set, make_id(i));
    for (uint64_t i = 1; i <= MANY; i += 2)
        idset_remove(&set, make_id(i));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_int_equal(idset_has(&set, make_id(i)), i % 2 == 0);
    assert_int_equal(set.count, MANY / 2);
    idset_free(&set);
}

static void the_zero_id_is_never_in_it(void **state)
{
    struct idset set = { 0 };

    (void)state;
    assert_false(idset_add(&set, (struct id){ { 0 } }));
    idset_remove(&set, (struct id){ { 0 } });
    assert_false(idset_has(&set, (struct id){ { 0 } }));
    idset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_in_it_once),
        cmocka_unit_test(removing_leaves_all_others),
        cmocka_unit_test(the_zero_id_is_never_in_it),
    };

    return cmocka_run_group_tests_name("idset", tests, NULL, NULL);
}
