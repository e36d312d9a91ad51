#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/indexer/scan/gone.h"
#include "tests/unit/claim.h"

/* With this number a search through all items for each item would take minutes. */
enum { MANY = 200000 };

static struct id make_id(uint32_t number)
{
    struct id made = { { 0 } };

    number++;
    memcpy(made.b, &number, sizeof(number));
    memcpy(made.b + 12, &number, sizeof(number)); /* the random part of an id */
    return made;
}

static struct bytes name_of(const char *name)
{
    return bytes_of(name, strlen(name));
}

/* `names` different names, in turn. */
static struct gone_list make_list(uint32_t count, uint32_t names)
{
    struct gone_list list = { 0 };
    char name[16];

    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "%u.wav", (unsigned)(i % names));
        gone_add(&list, make_id(i), name_of(name));
    }
    gone_sort(&list);
    return list;
}

/* Takes all items named `name`; each comes once. */
static void take_all(uint32_t names, const char *name, const struct id_table *claimed, uint32_t wanted)
{
    struct gone_list list = make_list(MANY, names);
    bool *was = calloc(MANY, sizeof(*was));
    const struct gone_item *item;
    uint32_t count = 0, number;

    assert_non_null(was);
    while ((item = gone_take(&list, name_of(name), 0, make_id(MANY), claimed))) {
        memcpy(&number, item->id.b, sizeof(number));
        assert_false(was[number - 1]);
        was[number - 1] = true;
        count++;
    }
    assert_int_equal(count, wanted);
    free(was);
    gone_free(&list);
}

CLAIM(each_of_many_gone_items_is_taken_once)
{
    struct id_table none = { 0 };

    take_all(1, "0.wav", &none, MANY);
    take_all(1, "another.wav", &none, MANY);
    take_all(MANY, "7.wav", &none, MANY);
    take_all(20, "7.wav", &none, MANY);
}

CLAIM(a_claimed_item_is_left_out)
{
    struct id_table claimed = { 0 };

    for (uint32_t i = 0; i < MANY; i += 2)
        assert_true(id_table_add(&claimed, make_id(i)));
    take_all(1, "0.wav", &claimed, MANY / 2);
    take_all(MANY, "0.wav", &claimed, MANY / 2);
    id_table_free(&claimed);
}

CLAIM(a_gone_item_of_the_same_name_comes_first_and_then_the_oldest)
{
    struct gone_list list = make_list(6, 3);
    struct id_table none = { 0 };

    assert_true(id_equal(gone_take(&list, name_of("2.wav"), 0, make_id(9), &none)->id, make_id(2)));
    assert_true(id_equal(gone_take(&list, name_of("2.wav"), 0, make_id(9), &none)->id, make_id(5)));
    assert_true(id_equal(gone_take(&list, name_of("2.wav"), 0, make_id(9), &none)->id, make_id(0)));
    assert_true(id_equal(gone_take(&list, name_of("0.wav"), 0, make_id(9), &none)->id, make_id(3)));
    gone_free(&list);
}

CLAIM(an_item_is_not_its_own_older_one)
{
    struct gone_list list = make_list(2, 1);
    struct id_table none = { 0 };

    assert_true(id_equal(gone_take(&list, name_of("0.wav"), 0, make_id(0), &none)->id, make_id(1)));
    assert_null(gone_take(&list, name_of("0.wav"), 0, make_id(0), &none));
    assert_true(id_equal(gone_take(&list, name_of("0.wav"), 0, make_id(9), &none)->id, make_id(0)));
    gone_free(&list);
}

CLAIM(an_item_that_leads_to_the_file_comes_first)
{
    struct gone_list list = { 0 };
    struct id_table none = { 0 };

    gone_add(&list, make_id(0), name_of("a.wav"));
    for (uint32_t i = 1; i < 5; i++)
        gone_add_led(&list, make_id(i), 30 - 10 * (i / 2));
    gone_sort(&list);
    assert_true(id_equal(gone_take(&list, name_of("a.wav"), 20, make_id(9), &none)->id, make_id(2)));
    assert_true(id_equal(gone_take(&list, name_of("a.wav"), 20, make_id(9), &none)->id, make_id(3)));
    assert_true(id_equal(gone_take(&list, name_of("a.wav"), 20, make_id(9), &none)->id, make_id(0)));
    assert_null(gone_take(&list, name_of("a.wav"), 20, make_id(9), &none));
    assert_null(gone_take(&list, name_of("a.wav"), 0, make_id(9), &none));
    assert_null(gone_take(&list, name_of("a.wav"), 30, make_id(1), &none));
    gone_free(&list);
}

CLAIM(an_item_that_is_away_is_taken_by_a_file_at_its_last_path)
{
    struct id_table none = { 0 };
    struct gone_list list = { 0 };

    gone_add(&list, make_id(0), name_of("a.wav"));
    gone_add_away(&list, make_id(1), name_of("/disk/kit/a.wav"));
    gone_sort(&list);
    assert_true(id_equal(gone_take(&list, name_of("/disk/kit/a.wav"), 0, make_id(9), &none)->id, make_id(1)));
    assert_true(id_equal(gone_take(&list, name_of("/other/kit/a.wav"), 0, make_id(9), &none)->id, make_id(0)));
    assert_null(gone_take(&list, name_of("/disk/kit/a.wav"), 0, make_id(9), &none));
    gone_free(&list);
}

CLAIM(an_empty_list_has_none)
{
    struct gone_list list = { 0 };
    struct id_table none = { 0 };

    assert_null(gone_take(&list, name_of("0.wav"), 0, make_id(9), &none));
    gone_free(&list);
}
