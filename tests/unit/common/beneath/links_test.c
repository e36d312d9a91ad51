#include "common/beneath/links.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/beneath/scene.h"

struct shown_links {
    char text[4 * LINKS_SHOWN];
    uint32_t len;
};

static bool add_shown(void *state, const struct link_out *link)
{
    struct shown_links *all = state;
    const size_t len = strlen(link->shown) + 1;

    memcpy(all->text + all->len, link->shown, len);
    all->len += (uint32_t)len;
    return true;
}

HOME_CLAIM(only_the_links_that_a_person_saw_are_trusted)
{
    const struct home *home = *state;
    struct shown_links seen = { .len = 0 };
    struct beneath in;

    set_scene(home);
    home_file(home, "mine/shared", "shared");
    make_link(home, "song/seen", "../mine/shared");
    make_link(home, "song/hop", "../mine/inner");
    make_link(home, "song/chain", "hop/secret");
    in = open_song(home);
    assert_true(links_each(&in, add_shown, &seen));
    make_link(home, "song/late", "../mine/secret");
    assert_int_equal(unlink(path_at(home, "song/hop")), 0);
    make_link(home, "song/hop", "../mine");
    assert_int_equal(links_trust(&in, home->paths.data, bytes_of(seen.text, seen.len), NULL), ERR_OK);
    assert_int_equal(read_it(&in, "seen"), ERR_OK);
    assert_int_equal(read_it(&in, "late"), ERR_DENIED);
    assert_int_equal(read_it(&in, "hop/secret"), ERR_DENIED);
    assert_int_equal(read_it(&in, "chain"), ERR_DENIED); /* it has the text of before, and leads elsewhere */
    beneath_close(&in);
}

HOME_CLAIM(links_that_differ_are_shown_differently)
{
    const struct home *home = *state;
    struct shown_links seen = { .len = 0 };
    const char *second;
    struct beneath in;

    set_scene(home);
    make_link(home, "song/one\xff", "../mine/secret");
    make_link(home, "song/one\xfe", "../mine/secret");
    in = open_song(home);
    assert_true(links_each(&in, add_shown, &seen));
    second = seen.text + strlen(seen.text) + 1;
    assert_true(second < seen.text + seen.len && text_is_utf8(text_of(seen.text)) && text_is_utf8(text_of(second)));
    assert_string_not_equal(seen.text, second);
    beneath_close(&in);
}
