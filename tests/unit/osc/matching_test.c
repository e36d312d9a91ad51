/* Patterns of addresses. */

#include "frontends/osc/matching.h"
#include "frontends/osc/routes.h"
#include "tests/unit/claim.h"

static void assert_fits(const char *pattern, const char *path, bool wanted)
{
    if (matching_fits(text_of(pattern), path) != wanted)
        fail_msg("%s %s %s", pattern, wanted ? "does not match" : "matches", path);
}

CLAIM(each_sign_matches_what_osc_says)
{
    assert_fits("/mixer/*/gain", "/mixer/pads/gain", true);
    assert_fits("/*/pads/*", "/mixer/pads/gain", true);
    assert_fits("/mixer/p*s/gain", "/mixer/pads/gain", true);
    assert_fits("/mixer/pad?/ga[!a-h]n", "/mixer/pads/gain", true);
    assert_fits("/mixer/[m-q]ads/[a-gz]ain", "/mixer/pads/gain", true);
    assert_fits("/mixer/{streams,pads}/{gain,pan}", "/mixer/pads/gain", true);
    assert_fits("/mixer/{pads,pad}s/gain", "/mixer/pads/gain", true);
    assert_fits("/mixer/pads{,x}/gain*", "/mixer/pads/gain", true);
}

CLAIM(a_sign_matches_no_slash_and_all_of_the_path_must_match)
{
    assert_fits("/mixer/*", "/mixer/pads/gain", false);
    assert_fits("*", "/mixer/pads/gain", false);
    assert_fits("/mixer?pads/gain", "/mixer/pads/gain", false);
    assert_fits("/mixer[/]pads/gain", "/mixer/pads/gain", false);
    assert_fits("/mixer/pads/gai", "/mixer/pads/gain", false);
    assert_fits("/mixer/pads/gain?", "/mixer/pads/gain", false);
    assert_fits("/mixer/pad[!s]/gain", "/mixer/pads/gain", false);
}

CLAIM(a_pattern_that_is_not_whole_matches_nothing)
{
    assert_fits("/mixer/pads/gai[n", "/mixer/pads/gain", false);
    assert_fits("/mixer/{pads/gain", "/mixer/pads/gain", false);
    assert_fits("/mixer/pads/gain[", "/mixer/pads/gain", false);
    assert_fits("/mixer/pads/[]ain", "/mixer/pads/gain", false);
    assert_fits("", "/mixer/pads/gain", false);
}

static struct packet packet_of(const char *first, const char *second)
{
    struct packet packet = { .count = second ? 2 : 1 };

    packet.each[0].address = text_of(first);
    packet.each[1].address = second ? text_of(second) : (struct text){ 0 };
    return packet;
}

CLAIM(a_pattern_becomes_its_addresses_with_a_value_and_no_command)
{
    struct packet from = packet_of("/p*/*", "/ping"), to;
    struct fault fault = { 0 };
    uint32_t wrong;

    assert_int_equal(matching_expand(&from, &to, &wrong, &fault), ERR_OK);
    assert_true(to.count >= 3);
    assert_true(text_is(to.each[to.count - 1].address, "/ping"));
    for (uint32_t i = 0; i + 1 < to.count; i++)
        assert_true(routes_find(to.each[i].address)->value != 0);
    from = packet_of("/ping", "/pattern/delet?");
    assert_int_equal(matching_expand(&from, &to, &wrong, &fault), ERR_NOT_FOUND);
    assert_int_equal(wrong, 1);
}

CLAIM(the_addresses_of_a_packet_are_bounded)
{
    struct packet from = packet_of("/mixer/*/*", "/{mixer,meters,transport}/*"), to;
    struct fault fault = { 0 };
    uint32_t wrong;

    from.count = 4;
    from.each[2] = from.each[0];
    from.each[3] = from.each[0];
    assert_int_equal(matching_expand(&from, &to, &wrong, &fault), ERR_TOO_LARGE);
    assert_int_equal(wrong, 2);
    assert_true(to.count <= PACKET_MESSAGES);
}
