/* The tokens of devices and their file, also when the disk fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "frontends/web/entry/tokens.h"
#include "tests/unit/claim.h"

/* A data folder; while it is moved away, no file in it can be written. */
struct token_home {
    char folder[64], away[80];
    struct paths paths;
    struct gate gate;
    struct tokens tokens;
    struct arena arena;
};

static int make_place(void **state)
{
    struct token_home *place = calloc(1, sizeof(*place));

    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/tokens-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->away, sizeof(place->away), "%s.away", place->folder);
    (void)snprintf(place->paths.data, sizeof(place->paths.data), "%s", place->folder);
    assert_int_equal(tokens_open(&place->tokens, &place->gate, 8443, &place->paths, NULL), ERR_OK);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct token_home *place = *state;

    if (remove(place->tokens.path) != 0)
        (void)rmdir(place->tokens.path);
    assert_int_equal(rmdir(place->folder), 0);
    arena_free(&place->arena);
    free(place);
    return 0;
}

static void move_folder(const char *from, const char *to)
{
    assert_int_equal(rename(from, to), 0);
}

static enum err add_one(struct token_home *place, const char *name, const char *secret, struct fault *fault)
{
    uint8_t digest[SHA256_BYTES];
    const struct web_add_token ask = { .name = text_of(name), .digest = bytes_of(digest, sizeof(digest)) };
    struct device_token token;

    sha256_of(bytes_of(secret, strlen(secret)), (struct bytes){ 0 }, digest);
    return tokens_add(&place->tokens, &ask, &place->arena, &token, fault);
}

static uint32_t count_listed(struct token_home *place)
{
    struct device_tokens all = { 0 };

    tokens_list(&place->tokens, &place->arena, &all);
    return all.each.count;
}

static usec_t find_use(struct token_home *place, const char *name)
{
    struct device_token token = { 0 };

    assert_true(tokens_describe(&place->tokens, text_of(name), &place->arena, &token));
    return token.used;
}

static void start_again(struct token_home *place)
{
    assert_int_equal(tokens_open(&place->tokens, &place->gate, 8443, &place->paths, NULL), ERR_OK);
}

CLAIM_WITH(a_removed_token_is_locked_out_also_when_the_disk_fails, make_place, remove_place)
{
    struct token_home *place = *state;
    struct tokens *tokens = &place->tokens;
    struct fault fault = { 0 };
    char cookie[GATE_COOKIE_SIZE];
    uint64_t number;

    assert_int_equal(add_one(place, "Phone", "secret of the phone", NULL), ERR_OK);
    assert_int_equal(add_one(place, "Tablet", "secret of the tablet", NULL), ERR_OK);
    number = tokens_find(tokens, TEXT("secret of the phone"));
    assert_int_equal(tokens_new_cookie(tokens, number, cookie), ERR_OK);
    assert_int_equal(tokens_find_cookie(tokens, cookie), number);
    move_folder(place->folder, place->away);
    for (int i = 0; i < 2; i++) { /* it can be repeated */
        assert_int_equal(tokens_remove(tokens, TEXT("Phone"), &fault), ERR_IO);
        assert_non_null(strstr(fault.what, "locked out only until the gateway starts again"));
        assert_int_equal(tokens_find(tokens, TEXT("secret of the phone")), 0);
        assert_int_equal(tokens_find_cookie(tokens, cookie), 0);
        assert_false(tokens_may(tokens, number, true));
        assert_true(tokens_is_read_only(tokens, number));
    }
    assert_false(tokens_may(tokens, 0, true));
    assert_int_equal(add_one(place, "Phone", "secret of the phone", &fault), ERR_EXISTS);
    assert_true(tokens_find(tokens, TEXT("secret of the tablet")) > 0);
    move_folder(place->away, place->folder);
    tokens_keep_uses(tokens, 0);
    assert_int_equal(count_listed(place), 1);
    start_again(place);
    assert_int_equal(tokens_find(tokens, TEXT("secret of the phone")), 0);
    assert_true(tokens_find(tokens, TEXT("secret of the tablet")) > 0);
    assert_int_equal(tokens_remove(tokens, TEXT("Phone"), &fault), ERR_NOT_FOUND);
}

CLAIM_WITH(a_secret_belongs_to_one_token, make_place, remove_place)
{
    struct token_home *place = *state;
    struct fault fault = { 0 };

    assert_int_equal(add_one(place, "Phone", "secret", NULL), ERR_OK);
    assert_int_equal(add_one(place, "Phone", "secret", NULL), ERR_OK); /* a copy */
    assert_int_equal(add_one(place, "Tablet", "secret", &fault), ERR_EXISTS);
    assert_non_null(strstr(fault.what, "digest"));
    assert_int_equal(add_one(place, "phone", "another", &fault), ERR_EXISTS);
    assert_int_equal(count_listed(place), 1);
}

CLAIM_WITH(only_what_a_device_sends_is_a_use, make_place, remove_place)
{
    struct token_home *place = *state;
    struct tokens *tokens = &place->tokens;
    uint64_t number;

    assert_int_equal(add_one(place, "Phone", "secret", NULL), ERR_OK);
    number = tokens->rows[0].number;
    assert_true(tokens_may(tokens, number, false));
    assert_int_equal(find_use(place, "Phone"), 0);
    assert_false(tokens->has_changes);
    assert_true(tokens_may(tokens, number, true));
    assert_true(find_use(place, "Phone") > 0);
    assert_true(tokens->has_changes);
}

CLAIM_WITH(a_file_that_cannot_be_read_lets_nobody_in_and_the_gateway_start, make_place, remove_place)
{
    struct token_home *place = *state;

    char away[PATH_MAX + 8];

    assert_int_equal(add_one(place, "Phone", "secret", NULL), ERR_OK);
    (void)snprintf(away, sizeof(away), "%s.away", place->tokens.path);
    assert_int_equal(rename(place->tokens.path, away), 0);
    assert_int_equal(mkdir(place->tokens.path, 0700), 0);
    start_again(place);
    assert_int_equal(count_listed(place), 0);
    assert_int_equal(add_one(place, "Tablet", "other", NULL), ERR_IO);
    assert_int_equal(tokens_remove(&place->tokens, TEXT("Phone"), NULL), ERR_IO);
    assert_int_equal(rmdir(place->tokens.path), 0);
    assert_int_equal(rename(away, place->tokens.path), 0);
    assert_int_equal(add_one(place, "Tablet", "other", NULL), ERR_OK); /* and the other token is not lost */
    assert_int_equal(count_listed(place), 2);
    assert_int_equal(truncate(place->tokens.path, 1 << 20), 0); /* too large */
    start_again(place);
    assert_int_equal(count_listed(place), 0);
    assert_int_equal(add_one(place, "Phone", "another", NULL), ERR_OK);
    start_again(place);
    assert_int_equal(count_listed(place), 1);
}
