#include <errno.h>
#include <poll.h>

#include "common/shared/bell.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

#define BELL_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

static int bell = -1; /* -1: no message queues here */
static char why_not[256];

static int set_up(void **state)
{
    struct fault fault;

    home_make(state);
    if (bell_make(&((struct home *)*state)->paths, &bell, &fault) != ERR_OK)
        strcpy(why_not, fault.what);
    return 0;
}

static int tear_down(void **state)
{
    bell_close(bell);
    bell_remove(&((struct home *)*state)->paths);
    return home_remove(state);
}

static void need_a_bell(void)
{
    if (bell >= 0)
        return;
    print_message("SKIP: %s\n", why_not);
    skip();
}

static bool is_rung(void)
{
    struct pollfd fd = { .fd = bell, .events = POLLIN };

    return poll(&fd, 1, 0) == 1;
}

BELL_CLAIM(a_ring_is_heard_once_with_its_word)
{
    const struct home *home = *state;
    char text[BELL_SIZE];

    need_a_bell();
    assert_false(bell_take(bell, text));
    assert_false(is_rung());
    bell_ring(&home->paths, "ready search");
    assert_true(is_rung());
    assert_true(bell_take(bell, text));
    assert_string_equal(text, "ready search");
    assert_false(bell_take(bell, text));
}

BELL_CLAIM(a_full_bell_is_no_error_and_blocks_nobody)
{
    const struct home *home = *state;
    char text[BELL_SIZE];
    int received = 0;

    need_a_bell();
    for (int i = 0; i < 100; i++)
        bell_ring(&home->paths, "x");
    while (bell_take(bell, text))
        received++;
    assert_int_equal(received, BELL_DEPTH);
}

BELL_CLAIM(a_missing_bell_is_no_error)
{
    const struct home *home = *state;

    need_a_bell();
    bell_remove(&home->paths);
    errno = 77;
    bell_ring(&home->paths, "x");
    assert_int_equal(errno, 77);
}

BELL_CLAIM(a_long_word_is_cut)
{
    const struct home *home = *state;
    char word[200], text[BELL_SIZE];

    need_a_bell();
    memset(word, 'x', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    bell_ring(&home->paths, word);
    assert_true(bell_take(bell, text));
    assert_int_equal(strlen(text), BELL_SIZE - 1);
}

BELL_CLAIM(a_bell_that_is_there_is_taken_over)
{
    const struct home *home = *state;
    char text[BELL_SIZE];
    int second;

    need_a_bell();
    bell_ring(&home->paths, "before");
    assert_int_equal(bell_make(&home->paths, &second, NULL), ERR_OK);
    assert_true(bell_take(second, text));
    assert_string_equal(text, "before");
    bell_close(second);
}
