#include <sys/resource.h>
#include <sys/wait.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/buffer.h"
#include "common/crash.h"
#include "common/process/crash_directory.h"
#include "common/process/crash_list.h"
#include "common/sanitizer.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

/* volatile: the compiler does not know the size, so it neither warns nor removes the allocation. */
static void *volatile kept;
static volatile size_t too_large = SIZE_MAX / 4;

static void of_bytes(void)
{
    kept = alloc_bytes(too_large);
}

static void of_a_product(void)
{
    kept = alloc_array(too_large, 5);
}

static void of_zeroes(void)
{
    kept = alloc_zeroed(too_large, 1);
}

static void of_growth(void)
{
    kept = alloc_grow(alloc_bytes(1), too_large, 1);
}

static void of_alignment(void)
{
    kept = alloc_aligned(64, too_large);
}

static void of_a_library(void)
{
    kept = alloc_check(NULL);
}

static void of_an_arena(void)
{
    struct arena arena = { 0 };

    kept = arena_alloc(&arena, too_large);
}

static void of_an_arena_whose_product_overflows(void)
{
    struct arena arena = { 0 };

    kept = arena_array(&arena, too_large, 5);
}

static void of_a_buffer(void)
{
    struct buffer buffer = { 0 };

    kept = "";
    buffer_add_with_room(&buffer, kept, too_large);
}

/* Takes all memory, so that the record must be written without any. */
static void of_what_is_left(void)
{
    const struct rlimit limit = { 64 << 20, 64 << 20 };

    if (setrlimit(RLIMIT_DATA, &limit) != 0)
        _exit(97);
    for (;;)
        kept = alloc_bytes(64);
}

/* Dies of `how` in a child; returns its exit status. */
static int die_by(const struct home *home, void (*how)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (home && crash_open(&home->paths, "test", NULL) != ERR_OK)
            _exit(99);
        crash_in_hand("persist.put_media");
        how();
        _exit(98);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void need_our_own_allocator(void)
{
    if (!SANITIZED)
        return;
    print_message("SKIP: the sanitizer refuses such sizes by itself\n");
    skip();
}

HOME_CLAIM(an_allocation_that_fails_ends_the_process_with_a_record)
{
    static void (*const ways[])(void) = { of_bytes,     of_a_product,
                                          of_zeroes,    of_growth,
                                          of_alignment, of_a_library,
                                          of_an_arena,  of_an_arena_whose_product_overflows,
                                          of_a_buffer,  of_what_is_left };
    const struct home *home = *state;
    struct arena arena = { 0 };
    struct crash_list list;

    need_our_own_allocator();
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        assert_int_equal(die_by(home, ways[i]), CRASH_EXIT_NO_MEMORY);
    assert_int_equal(crash_list(&home->paths, &arena, &list, NULL), ERR_OK);
    assert_int_equal(list.count, sizeof(ways) / sizeof(*ways));
    for (uint32_t i = 0; i < list.count; i++) {
        assert_true(text_is(list.at[i].service, "test"));
        assert_true(text_is(list.at[i].cause, "no_memory"));
        assert_true(text_is(list.at[i].signal, ""));
        assert_true(text_is(list.at[i].in_hand, "persist.put_media"));
        assert_non_null(strstr(list.at[i].whole.at, "\nneeded: "));
        assert_true(strstr(list.at[i].whole.at, "backtrace:\n") && strstr(list.at[i].whole.at, "(+0x"));
    }
    arena_free(&arena);
}

HOME_CLAIM(a_program_without_records_ends_with_the_same_code)
{
    need_our_own_allocator();
    assert_int_equal(die_by(NULL, of_bytes), CRASH_EXIT_NO_MEMORY);
}

CLAIM(memory_is_as_the_header_promises)
{
    uint32_t count = 0, room = 0, *numbers = NULL;
    char *text = alloc_text("kick"), *zeroes = alloc_zeroed(10, 10);
    uint8_t *aligned = alloc_aligned(64, 100);
    void *nothing = alloc_bytes(0);

    assert_string_equal(text, "kick");
    assert_int_equal((uintptr_t)aligned % 64, 0);
    for (int i = 0; i < 100; i++)
        assert_true(zeroes[i] == 0 && aligned[i] == 0);
    for (; count < 1000; count++) {
        ALLOC_ROOM(numbers, count, room, 16);
        numbers[count] = count;
    }
    assert_in_range(room, 1000, 2000);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(numbers[i], i);
    assert_non_null(nothing);
    free(text);
    free(zeroes);
    free(aligned);
    free(numbers);
    free(nothing);
}
