/* tokens.h: the tokens of devices. A token lets a program or a browser of another machine in, without the password,
 * until a person removes it. The device sends the token's secret with each request, or exchanges it for a cookie, whose
 * key depends on the token. DATA/web.tokens keeps the SHA-256 of each secret, not the secret. The loop's thread adds
 * and removes tokens; functions marked "any thread" may run beside it. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ENTRY_TOKENS_H
#define LOOPHOLE_FRONTENDS_WEB_ENTRY_TOKENS_H

#include "common/arena.h"
#include "common/sha256.h"
#include "frontends/web/entry/gate.h"
#include "schema_web.h"

enum {
    TOKENS_MOST = 64,
    TOKENS_NAME = 64,    /* bytes of a name */
    TOKENS_SECRET = 128, /* bytes of a secret at most; the command line makes them of 32 */
    TOKENS_USE_S = 60,   /* between two writes of the time of the last use */
};

struct tokens {
    pthread_mutex_t lock; /* of the members below */
    char path[PATH_MAX];
    struct gate gate; /* from its key those of the tokens are made; its port is that for other machines */
    uint64_t newest;  /* the last number that was given; numbers are not used again in this process */
    bool has_changes; /* that no write has kept: uses, removals */
    bool is_unread;   /* the file could not be read: it may have tokens that are not here */
    usec_t written;   /* steady clock */
    uint32_t count;
    struct token_row {
        uint64_t number; /* from 1; 0: locked out, and no write has kept this */
        struct device_token token;
        char name[TOKENS_NAME + 1]; /* of the token, whose own name is not set */
        uint8_t digest[SHA256_BYTES];
        struct gate gate; /* of its cookies */
    } rows[TOKENS_MOST];
};

/* Reads the file. Without one there are no tokens; one that is damaged or cannot be read gives none too, and a line in
 * the log. What adds or removes reads an unread file again first. Errors: io (the path is too long). */
enum err tokens_open(struct tokens *tokens, const struct gate *own, uint16_t port, const struct paths *paths,
                     struct fault *fault);

/* The token is durable when the function returns. A repetition with the same digest returns the token. Errors:
 * bad_request (the name), exists (a token of this name, or with this digest), full, io (also if the file still cannot
 * be read: a write would lose its tokens). `to` points into the arena. */
enum err tokens_add(struct tokens *tokens, const struct web_add_token *ask, struct arena *arena,
                    struct device_token *to, struct fault *fault);

/* True if there is a token of this id or name. */
bool tokens_describe(struct tokens *tokens, struct text named, struct arena *arena, struct device_token *to);

/* Removes that token. When the function returns, the token admits nothing, and this is durable. Errors: not_found; io:
 * the file still cannot be read; or it cannot be written, so the token admits nothing until the next start. It is then
 * still described, listed and counted, so that the removal can be repeated, until a write of any function succeeds. */
enum err tokens_remove(struct tokens *tokens, struct text named, struct fault *fault);

void tokens_list(struct tokens *tokens, struct arena *arena, struct device_tokens *to);

/* Writes new uses, and removals that could not be written, if the last write was `after_s` seconds ago. */
void tokens_keep_uses(struct tokens *tokens, unsigned after_s);

/* Any thread. Return the number of the token with this secret, or of the one whose cookie is among `cookies`; 0: none.
 * Note its use. The time does not depend on how much of a secret is right. */
uint64_t tokens_find(struct tokens *tokens, struct text secret);
uint64_t tokens_find_cookie(struct tokens *tokens, const char *cookies);

/* Any thread. Writes a new cookie of the token. Errors: not_found, io. */
enum err tokens_new_cookie(struct tokens *tokens, uint64_t number, char to[GATE_COOKIE_SIZE]);

/* Any thread. True while the token is not removed. `is_use`: the device has sent something; notes the use. */
bool tokens_may(struct tokens *tokens, uint64_t number, bool is_use);
void tokens_name(struct tokens *tokens, uint64_t number, char to[TOKENS_NAME + 1]); /* any thread; unknown: no change */
bool tokens_is_read_only(struct tokens *tokens, uint64_t number); /* any thread; also true for an unknown number */

#endif
