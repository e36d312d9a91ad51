#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/id_table.h"
#include "tests/unit/claim.h"

CLAIM(ids_rise)
{
    struct id last = id_new();

    for (int i = 0; i < 10000; i++) {
        struct id id = id_new();
        assert_true(id_compare(last, id) < 0);
        last = id;
    }
}

CLAIM(an_id_begins_with_its_milliseconds)
{
    int64_t before = clock_now() / 1000, after, milliseconds = 0;
    struct id id = id_new();

    after = clock_now() / 1000;
    for (int i = 0; i < 6; i++)
        milliseconds = milliseconds << 8 | id.b[i];
    assert_in_range(milliseconds, before, after);
}

CLAIM(a_forked_child_draws_other_ids)
{
    struct id ours, theirs;
    int ends[2];

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

CLAIM(text_and_id_are_one_to_one)
{
    char text[ID_TEXT_SIZE];
    struct id back;

    for (int i = 0; i < 1000; i++) {
        struct id id = id_of_bytes(&i, sizeof(i));
        id_write(id, text);
        assert_int_equal(strlen(text), 26);
        assert_true(id_read(text_of(text), &back));
        assert_true(id_equal(id, back));
    }
}

CLAIM(known_ids_have_known_texts)
{
    static const uint8_t one[16] = { [15] = 1 };
    char text[ID_TEXT_SIZE];
    struct id id;

    assert_string_equal(id_write((struct id){ { 0 } }, text), "00000000000000000000000000");
    memset(&id, 0xFF, sizeof(id));
    assert_string_equal(id_write(id, text), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    assert_true(id_read(TEXT("00000000000000000000000001"), &id));
    assert_memory_equal(id.b, one, 16);
    assert_true(id_is_zero((struct id){ { 0 } }));
    assert_false(id_is_zero(id));
}

CLAIM(texts_sort_as_their_ids)
{
    char a_text[ID_TEXT_SIZE], b_text[ID_TEXT_SIZE];

    for (int i = 0; i < 1000; i++) {
        int next = i + 1;
        struct id a = id_of_bytes(&i, sizeof(i)), b = id_of_bytes(&next, sizeof(next));
        int by_text = strcmp(id_write(a, a_text), id_write(b, b_text));
        assert_int_equal(id_compare(a, b) < 0, by_text < 0);
    }
}

CLAIM(lower_case_and_crockfords_likenesses_are_read)
{
    struct id a, b;

    assert_true(id_read(TEXT("01ABCDEFGHJKMNPQRSTVWXYZ10"), &a));
    assert_true(id_read(TEXT("oiabcdefghjkmnpqrstvwxyzLO"), &b));
    assert_true(id_equal(a, b));
}

CLAIM(a_text_that_is_not_an_id_is_refused)
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

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(id_read(text_of(bad[i]), &id));
    assert_false(id_read((struct text){ 26, "0000000000000\0000000000000" }, &id));
}

CLAIM(the_same_work_has_the_same_id)
{
    char text[ID_TEXT_SIZE];

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

CLAIM(an_added_id_is_in_the_table_once)
{
    struct id_table set = { 0 };

    assert_false(id_table_has(&set, make_id(1)));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_true(id_table_add(&set, make_id(i)));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_false(id_table_add(&set, make_id(i)));
    assert_int_equal(set.count, MANY);
    id_table_free(&set);
}

/* Ids of one millisecond differ by 1. A search ends at a free place, so long runs of used places would make it slow. */
CLAIM(consecutive_ids_lie_apart_in_the_table)
{
    enum { LONGEST_RUN = 500 };
    struct id_table set = { 0 };
    size_t run = 0, longest = 0;

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

CLAIM(removing_leaves_all_others)
{
    struct id_table set = { 0 };

    for (uint64_t i = 1; i <= MANY; i++)
        id_table_add(&set, make_id(i));
    for (uint64_t i = 1; i <= MANY; i += 2)
        id_table_remove(&set, make_id(i));
    for (uint64_t i = 1; i <= MANY; i++)
        assert_int_equal(id_table_has(&set, make_id(i)), i % 2 == 0);
    assert_int_equal(set.count, MANY / 2);
    id_table_free(&set);
}

CLAIM(the_zero_id_is_never_in_it)
{
    struct id_table set = { 0 };

    assert_false(id_table_add(&set, (struct id){ { 0 } }));
    id_table_remove(&set, (struct id){ { 0 } });
    assert_false(id_table_has(&set, (struct id){ { 0 } }));
    id_table_free(&set);
}

CLAIM(a_number_stays_with_its_id)
{
    struct id_table table = { 0 };

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

CLAIM(growth_is_asked_for_before_an_id_is_added)
{
    struct id_table table = { 0 };
    size_t room = 0;

    for (uint64_t i = 1; i <= MANY; i++) {
        size_t growth = id_table_growth(&table);
        room = growth ? growth / sizeof(struct id) : room;
        assert_true(id_table_add(&table, make_id(i)));
        assert_int_equal(table.room, room);
    }
    id_table_free(&table);
}
