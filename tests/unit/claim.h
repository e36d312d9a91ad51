/* claim.h: the base of unit tests. A test is a program of claims, which run in the order written:
 *
 *     CLAIM(an_empty_text_has_no_words)
 *     {
 *         assert_int_equal(words_in(""), 0);
 *     }
 *
 * The name of a claim is the statement that it checks. tests/unit/claim.c has the main function. A program with a main
 * function of its own uses cmocka alone. */
#ifndef TESTS_UNIT_CLAIM_H
#define TESTS_UNIT_CLAIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Adds a claim to those of this program; called before main. */
void claim_list(struct CMUnitTest claim);
/* What is set up before the first claim and torn down after the last one. */
void claims_share(CMFixtureFunction set_up, CMFixtureFunction tear_down);

/* `set_up` may give *state, which `tear_down` frees; both may be NULL. */
#define CLAIM_WITH(name, set_up, tear_down)                                                                            \
    static void name(void **state);                                                                                    \
    __attribute__((constructor)) static void list_##name(void)                                                         \
    {                                                                                                                  \
        claim_list((struct CMUnitTest){ #name, name, set_up, tear_down, NULL });                                       \
    }                                                                                                                  \
    static void name(__attribute__((unused)) void **state)
#define CLAIM(name) CLAIM_WITH(name, NULL, NULL)

#define CLAIMS_SHARE(set_up, tear_down)                                                                                \
    __attribute__((constructor)) static void share_##set_up(void)                                                      \
    {                                                                                                                  \
        claims_share(set_up, tear_down);                                                                               \
    }

#endif
