#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/id_table.h"

static void ids_rise(void **state)
{
    struct id last = id_new();

    (void)state;
    for (int i = 0; i < 10000; i++) {
        struct id id = id_new();
        assert_true(id_compare(last, id) < 0);
        last = id;
    }
}

static void an_id_begins_with_its_milliseconds(void **state)
{
    int64_t before = clock_now() / 1000, after, milliseconds = 0;
    struct id id = id_new();

    (void)state;
    after = clock_now() / 1000;
    for (int i = 0; i < 6; i++)
        milliseconds = milliseconds << 8 | id.b[i];
    assert_in_range(milliseconds, before, after);
}

static void a_forked_child_draws_other_ids(void **state)
{
    struct id ours, theirs;
    int ends[2];

    (void)state;
    (void)id_new();
    assert_int_equal(pipe(ends), 0);
    if (fork() == 0) {
        struct id id = id_new();
        _exit(write(ends[1], &id, sizeof(id)) != sizeof(id));
    }
    ours = id_new();
    assert_int_equal(read(ends[0], &theirs, sizeof(theirs)), sizeof(theirs));
    wait(NULL);
    assert_false(id_equal(ours, theirs));
}

static void text_and_id_are_one_to_one(void **state)
{
    char text[ID_TEXT_SIZE];
    struct id back;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct id id = id_of_bytes(&i, sizeof(i));
        id_write(id, text);
        assert_int_equal(strlen(text), 26);
        assert_true(id_read(text_of(text), &back));
        assert_true(id_equal(id, back));
    }
}

static void known_ids_have_known_texts(void **state)
{
    static const uint8_t one[16] = { [15] = 1 };
    char text[ID_TEXT_SIZE];
    struct id id;

    (void)state;
    assert_string_equal(id_write((struct id){ { 0 } }, text), "00000000000000000000000000");
    memset(&id, 0xFF, sizeof(id));
    assert_string_equal(id_write(id, text), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    assert_true(id_read(TEXT("00000000000000000000000001"), &id));
    assert_memory_equal(id.b, one, 16);
    assert_true(id_is_zero((struct id){ { 0 } }));
    assert_false(id_is_zero(id));
}

static void texts_sort_as_their_ids(void **state)
{
    char a_text[ID_TEXT_SIZE], b_text[ID_TEXT_SIZE];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int next = i + 1;
        struct id a = id_of_bytes(&i, sizeof(i)), b = id_of_bytes(&next, sizeof(next));
        int by_text = strcmp(id_write(a, a_text), id_write(b, b_text));
        assert_int_equal(id_compare(a, b) < 0, by_text < 0);
    }
}

static void lower_case_and_crockfords_likenesses_are_read(void **state)
{
    struct id a, b;

    (void)state;
    assert_true(id_read(TEXT("01ABCDEFGHJKMNPQRSTVWXYZ10"), &a));
    assert_true(id_read(TEXT("oiabcdefghjkmnpqrstvwxyzLO"), &b));
    assert_true(id_equal(a, b));
}

static void a_text_that_is_not_an_id_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "0000000000000000000000000",
        "000000000000000000000000000",
        "0000000000000000000000000U",
        "0000000000000000000000000-",
        "80000000000000000000000000",
        "ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
    };
    struct id id;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(id_read(text_of(bad[i]), &id));
    assert_false(id_read((struct text){ 26, "0000000000000\0000000000000" }, &id));
}

static void the_same_work_has_the_same_id(void **state)
{
    char text[ID_TEXT_SIZE];

    (void)state;
    assert_true(id_equal(id_of_bytes("kick", 4), id_of_bytes("kick", 4)));
    assert_false(id_equal(id_of_bytes("kick", 4), id_of_bytes("kicl", 4)));
    /* XXH3-128 of nothing, seed 0: 99aa06d3014798d86001c324468d497f */
    assert_string_equal(id_write(id_of_bytes("", 0), text), "4SN83D60A7K3C600E34H38TJBZ");
}

/* ---- tables of ids ---- */

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

static void an_added_id_is_in_the_table_once(void **state)
{
    struct id_table set = { 0 };

    (void)state;
    assert_false(id_table_has(&set, make_id(1)));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_true(id_table_add(&set, make_id(i)));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_false(id_table_add(&set, make_id(i)));
    assert_int_equal(set.count, MANY);
    id_table_free(&set);
}

/* Ids of one millisecond differ by 1. A search ends at a free place, so long runs of used places would make it slow. */
static void consecutive_ids_lie_apart_in_the_table(void **state)
{
    enum { LONGEST_RUN = 500 };
    struct id_table set = { 0 };
    size_t run = 0, longest = 0;

    (void)state;
    for (uint64_t i = 1; i <= MANY; i++) {
        struct id id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 } };
        for (int byte = 0; byte < 4; byte++)
            id.b[15 - byte] = (uint8_t)(i >> 8 * byte);
        assert_true(id_table_add(&set, id));
    }
    for (size_t i = 0; i < set.room; i++) {
        run = id_is_zero(set.at[i]) ? 0 : run + 1;
        longest = run > longest ? run : longest;
    }
    assert_in_range(longest, 1, LONGEST_RUN);
    id_table_free(&set);
}

static void removing_leaves_all_others(void **state)
{
    struct id_table set = { 0 };

    (void)state;
    for (uint64_t i = 1; i <= MANY; i++)
        id_table_add(&set, make_id(i));
    for (uint64_t i = 1; i <= MANY; i += 2)
        id_table_remove(&set, make_id(i));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_int_equal(id_table_has(&set, make_id(i)), i % 2 == 0);
    assert_int_equal(set.count, MANY / 2);
    id_table_free(&set);
}

static void the_zero_id_is_never_in_it(void **state)
{
    struct id_table set = { 0 };

    (void)state;
    assert_false(id_table_add(&set, (struct id){ { 0 } }));
    id_table_remove(&set, (struct id){ { 0 } });
    assert_false(id_table_has(&set, (struct id){ { 0 } }));
    id_table_free(&set);
}

static void a_number_stays_with_its_id(void **state)
{
    struct id_table table = { 0 };

    (void)state;
    for (uint64_t i = 1; i <= MANY; i++)
        *id_table_number(&table, make_id(i)) = (uint32_t)i;
    for (uint64_t i = 1; i <= MANY; i += 2)
        id_table_remove(&table, make_id(i));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_int_equal(*id_table_number(&table, make_id(i)), i % 2 ? 0 : i);
    assert_int_equal(table.count, MANY);
    assert_null(id_table_number(&table, (struct id){ { 0 } }));
    id_table_free(&table);
}

static void growth_is_asked_for_before_an_id_is_added(void **state)
{
    struct id_table table = { 0 };
    size_t room = 0;

    (void)state;
    for (uint64_t i = 1; i <= MANY; i++) {
        size_t growth = id_table_growth(&table);
        room = growth ? growth / sizeof(struct id) : room;
        assert_true(id_table_add(&table, make_id(i)));
        assert_int_equal(table.room, room);
    }
    id_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_rise),
        cmocka_unit_test(an_id_begins_with_its_milliseconds),
        cmocka_unit_test(a_forked_child_draws_other_ids),
        cmocka_unit_test(text_and_id_are_one_to_one),
        cmocka_unit_test(known_ids_have_known_texts),
        cmocka_unit_test(texts_sort_as_their_ids),
        cmocka_unit_test(lower_case_and_crockfords_likenesses_are_read),
        cmocka_unit_test(a_text_that_is_not_an_id_is_refused),
        cmocka_unit_test(the_same_work_has_the_same_id),
        cmocka_unit_test(an_added_id_is_in_the_table_once),
        cmocka_unit_test(consecutive_ids_lie_apart_in_the_table),
        cmocka_unit_test(removing_leaves_all_others),
        cmocka_unit_test(the_zero_id_is_never_in_it),
        cmocka_unit_test(a_number_stays_with_its_id),
        cmocka_unit_test(growth_is_asked_for_before_an_id_is_added),
    };
    return cmocka_run_group_tests_name("common/id", tests, NULL, NULL);
}
