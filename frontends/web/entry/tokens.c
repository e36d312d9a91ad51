#include "frontends/web/entry/tokens.h"

#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/naming/fold.h"
#include "common/process/log.h"
#include "proto/wire/json.h"
#include "proto/wire/json_write.h"

enum { FILE_MOST = 256 << 10 }; /* bytes */

/* ---- rows ---- */

static struct token_row *find_number(struct tokens *tokens, uint64_t number)
{
    for (uint32_t i = 0; number && i < tokens->count; i++)
        if (tokens->rows[i].number == number)
            return &tokens->rows[i];
    return NULL;
}

/* Names that differ only in case or accents are one name: a person could confuse them. */
static bool is_same_name(const char *name, struct text other)
{
    struct arena arena = { 0 };
    bool is_same = text_equal(fold_text(&arena, text_of(name)), fold_text(&arena, other));

    arena_free(&arena);
    return is_same;
}

/* A name has no form of an id, so a text names one token at most. */
static struct token_row *find_named(struct tokens *tokens, struct text named)
{
    struct id id;
    bool is_id = id_read(named, &id);

    for (uint32_t i = 0; i < tokens->count; i++)
        if (is_id ? id_equal(tokens->rows[i].token.id, id) : is_same_name(tokens->rows[i].name, named))
            return &tokens->rows[i];
    return NULL;
}

static void fill_row(struct tokens *tokens, const struct kept_token *kept, struct token_row *row)
{
    *row = (struct token_row){ .number = ++tokens->newest, .token = kept->token };
    (void)text_copy(row->name, sizeof(row->name), kept->token.name);
    memcpy(row->digest, kept->digest.at, SHA256_BYTES);
    row->gate.port = tokens->gate.port;
    gate_derive(&tokens->gate, kept->digest, &row->gate);
}

static struct device_token describe_row(const struct token_row *row, struct arena *arena)
{
    struct device_token token = row->token;

    token.name = arena_text(arena, text_of(row->name));
    return token;
}

/* ---- the file: a kept_token as JSON on each line ---- */

static void add_row_line(const struct token_row *row, struct buffer *to)
{
    struct kept_token kept = { .token = row->token, .digest = bytes_of(row->digest, SHA256_BYTES) };

    kept.token.name = text_of(row->name);
    json_write(&kept_token_shape, &kept, to);
    buffer_add_text(to, "\n");
}

static void drop_removed(struct tokens *tokens)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < tokens->count; i++)
        if (tokens->rows[i].number)
            tokens->rows[kept++] = tokens->rows[i];
    tokens->count = kept;
}

/* Writes all rows that are not locked out, and `with`, which may be NULL; then forgets the others. The lock is not held
 * while the disk writes. */
static enum err write_rows(struct tokens *tokens, const struct token_row *with, struct fault *fault)
{
    struct buffer text = { 0 };
    enum err e;

    pthread_mutex_lock(&tokens->lock);
    for (uint32_t i = 0; i < tokens->count; i++)
        if (tokens->rows[i].number)
            add_row_line(&tokens->rows[i], &text);
    tokens->has_changes = false;
    pthread_mutex_unlock(&tokens->lock);
    if (with)
        add_row_line(with, &text);
    tokens->written = clock_steady();
    e = file_write_atomic(tokens->path, buffer_bytes(&text), 0600, fault);
    buffer_free(&text);
    pthread_mutex_lock(&tokens->lock);
    if (e == ERR_OK)
        drop_removed(tokens);
    else
        tokens->has_changes = true;
    pthread_mutex_unlock(&tokens->lock);
    return e;
}

static bool is_valid_name(struct text name)
{
    struct id id;

    return name.len > 0 && name.len <= TOKENS_NAME && text_is_plain(name) && !id_read(name, &id) && name.at[0] != ' ' &&
           name.at[name.len - 1] != ' ';
}

static bool read_line(struct tokens *tokens, struct text line)
{
    struct arena arena = { 0 };
    struct kept_token kept = { 0 };
    bool is_valid = tokens->count < TOKENS_MOST && json_read(&kept_token_shape, line, &arena, &kept, NULL) == ERR_OK &&
                    kept.digest.len == SHA256_BYTES && is_valid_name(kept.token.name);

    if (is_valid)
        fill_row(tokens, &kept, &tokens->rows[tokens->count++]);
    arena_free(&arena);
    return is_valid;
}

static void log_damage(const struct tokens *tokens, const char *why)
{
    log_error("%s is damaged: no token of a device is valid. Add them again with `loophole token add`: %s",
              tokens->path, why);
}

static void read_rows(struct tokens *tokens, struct text text)
{
    while (text.len > 0) {
        if (read_line(tokens, text_cut(&text, '\n')))
            continue;
        tokens->count = 0;
        log_damage(tokens, "a line is not that of a token");
        return;
    }
}

/* Errors: those of reading, but for a file that is missing or too large. */
static enum err read_tokens(struct tokens *tokens, struct fault *fault)
{
    struct buffer file = { 0 };
    struct fault why = { 0 };
    enum err e = file_read_all(tokens->path, FILE_MOST, &file, &why);

    pthread_mutex_lock(&tokens->lock);
    if (e == ERR_OK)
        read_rows(tokens, (struct text){ (uint32_t)file.len, (const char *)file.at });
    else if (e == ERR_TOO_LARGE)
        log_damage(tokens, why.what);
    tokens->is_unread = e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_TOO_LARGE;
    pthread_mutex_unlock(&tokens->lock);
    buffer_free(&file);
    return tokens->is_unread ? fault_set(fault, ERR_IO, "%s", why.what) : ERR_OK;
}

enum err tokens_open(struct tokens *tokens, const struct gate *own, uint16_t port, const struct paths *paths,
                     struct fault *fault)
{
    struct fault why = { 0 };

    *tokens = (struct tokens){ .lock = PTHREAD_MUTEX_INITIALIZER, .gate = { .port = port } };
    memcpy(tokens->gate.key, own->key, sizeof(tokens->gate.key));
    if ((size_t)snprintf(tokens->path, sizeof(tokens->path), "%s/web.tokens", paths->data) >= sizeof(tokens->path))
        return fault_set(fault, ERR_IO, "the path of the data folder is too long");
    if (read_tokens(tokens, &why) != ERR_OK)
        log_error("no token of a device is valid: %s. Mend this, then restart web", why.what);
    return ERR_OK;
}

/* ---- adding and removing ---- */

static const struct token_row *find_digest(const struct tokens *tokens, struct bytes digest)
{
    for (uint32_t i = 0; i < tokens->count; i++)
        if (bytes_equal(bytes_of(tokens->rows[i].digest, SHA256_BYTES), digest))
            return &tokens->rows[i];
    return NULL;
}

static enum err check_new(struct tokens *tokens, const struct web_add_token *ask, struct fault *fault)
{
    if (!is_valid_name(ask->name)) {
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" cannot be the name of a token", TEXT_ARG(ask->name));
        fault_hint(fault,
                   "expected 1 to %d bytes of visible text, without a blank at its ends, and not the form of an id",
                   TOKENS_NAME);
        return fault_field(fault, "name");
    }
    if (ask->digest.len != SHA256_BYTES) {
        fault_set(fault, ERR_BAD_REQUEST, "the digest has %u bytes: expected the %d of SHA-256", ask->digest.len,
                  SHA256_BYTES);
        return fault_field(fault, "digest");
    }
    if (find_named(tokens, ask->name)) {
        fault_set(fault, ERR_EXISTS, "there is a token \"%.*s\" already", TEXT_ARG(ask->name));
        return fault_hint(fault, "choose another name, or remove it: loophole token remove NAME");
    }
    if (find_digest(tokens, ask->digest)) {
        fault_set(fault, ERR_EXISTS, "there is another token with this digest already");
        return fault_hint(fault, "draw another secret, and send its SHA-256");
    }
    if (tokens->count == TOKENS_MOST) {
        fault_set(fault, ERR_FULL, "there are %d tokens already", TOKENS_MOST);
        return fault_hint(fault, "`loophole token list` shows them; remove one that is not used any more");
    }
    return ERR_OK;
}

/* Describes the token that this ask, or a copy of it, has made already. */
static bool describe_made(struct tokens *tokens, const struct web_add_token *ask, struct arena *arena,
                          struct device_token *to)
{
    const struct token_row *row;
    bool is_made;

    pthread_mutex_lock(&tokens->lock);
    row = find_digest(tokens, ask->digest);
    is_made = row && row->number && text_equal(text_of(row->name), ask->name) && row->token.read_only == ask->read_only;
    if (is_made)
        *to = describe_row(row, arena);
    pthread_mutex_unlock(&tokens->lock);
    return is_made;
}

enum err tokens_add(struct tokens *tokens, const struct web_add_token *ask, struct arena *arena,
                    struct device_token *to, struct fault *fault)
{
    struct kept_token kept = {
        .token = { .id = id_new(), .name = ask->name, .read_only = ask->read_only, .made = clock_now() },
        .digest = ask->digest,
    };
    struct token_row row;
    enum err e;

    if (tokens->is_unread && read_tokens(tokens, fault) != ERR_OK)
        return ERR_IO;
    if (describe_made(tokens, ask, arena, to))
        return ERR_OK;
    e = check_new(tokens, ask, fault);
    if (e != ERR_OK)
        return e;
    fill_row(tokens, &kept, &row);
    e = write_rows(tokens, &row, fault);
    if (e != ERR_OK)
        return e;
    pthread_mutex_lock(&tokens->lock);
    tokens->rows[tokens->count++] = row;
    pthread_mutex_unlock(&tokens->lock);
    *to = describe_row(&row, arena);
    return ERR_OK;
}

bool tokens_describe(struct tokens *tokens, struct text named, struct arena *arena, struct device_token *to)
{
    const struct token_row *row;
    struct fault why = { 0 };

    if (tokens->is_unread)
        (void)read_tokens(tokens, &why);
    pthread_mutex_lock(&tokens->lock);
    row = find_named(tokens, named);
    if (row)
        *to = describe_row(row, arena);
    pthread_mutex_unlock(&tokens->lock);
    return row;
}

enum err tokens_remove(struct tokens *tokens, struct text named, struct fault *fault)
{
    struct token_row *row;
    struct fault why = { 0 };

    if (tokens->is_unread && read_tokens(tokens, fault) != ERR_OK)
        return ERR_IO;
    row = find_named(tokens, named);
    if (!row) {
        fault_set(fault, ERR_NOT_FOUND, "no token of a device is called \"%.*s\"", TEXT_ARG(named));
        return fault_hint(fault, "`loophole token list` shows all tokens");
    }
    pthread_mutex_lock(&tokens->lock);
    row->number = 0;
    pthread_mutex_unlock(&tokens->lock);
    if (write_rows(tokens, NULL, &why) == ERR_OK)
        return ERR_OK;
    fault_set(fault, ERR_IO, "the token \"%.*s\" is locked out only until the gateway starts again: %s",
              TEXT_ARG(named), why.what);
    return fault_hint(fault, "make it possible to write that file, then remove the token again");
}

void tokens_list(struct tokens *tokens, struct arena *arena, struct device_tokens *to)
{
    to->each.at = arena_array(arena, TOKENS_MOST, sizeof(*to->each.at));
    pthread_mutex_lock(&tokens->lock);
    for (uint32_t i = 0; i < tokens->count; i++)
        to->each.at[to->each.count++] = describe_row(&tokens->rows[i], arena);
    pthread_mutex_unlock(&tokens->lock);
}

void tokens_keep_uses(struct tokens *tokens, unsigned after_s)
{
    struct fault fault = { 0 };
    bool has_changes;

    if (clock_steady() - tokens->written < (usec_t)after_s * 1000000)
        return;
    pthread_mutex_lock(&tokens->lock);
    has_changes = tokens->has_changes;
    pthread_mutex_unlock(&tokens->lock);
    if (has_changes && write_rows(tokens, NULL, &fault) != ERR_OK)
        log_fault("cannot write which tokens were used or removed", &fault);
}

/* ---- who comes ---- */

static void note_use(struct tokens *tokens, struct token_row *row)
{
    row->token.used = clock_now();
    tokens->has_changes = true;
}

/* Gives the lock back. */
static uint64_t note_found(struct tokens *tokens, struct token_row *found)
{
    uint64_t number = found ? found->number : 0;

    if (number)
        note_use(tokens, found);
    pthread_mutex_unlock(&tokens->lock);
    return number;
}

uint64_t tokens_find(struct tokens *tokens, struct text secret)
{
    uint8_t digest[SHA256_BYTES];
    struct token_row *found = NULL;

    if (secret.len == 0 || secret.len > TOKENS_SECRET)
        return 0;
    sha256_of(bytes_of(secret.at, secret.len), (struct bytes){ 0 }, digest);
    pthread_mutex_lock(&tokens->lock);
    for (uint32_t i = 0; i < tokens->count; i++)
        if (gate_equals(digest, tokens->rows[i].digest, sizeof(digest)))
            found = &tokens->rows[i];
    return note_found(tokens, found);
}

uint64_t tokens_find_cookie(struct tokens *tokens, const char *cookies)
{
    struct token_row *found = NULL;

    pthread_mutex_lock(&tokens->lock);
    for (uint32_t i = 0; i < tokens->count; i++)
        if (tokens->rows[i].number && gate_knows(&tokens->rows[i].gate, cookies))
            found = &tokens->rows[i];
    return note_found(tokens, found);
}

enum err tokens_new_cookie(struct tokens *tokens, uint64_t number, char to[GATE_COOKIE_SIZE])
{
    const struct token_row *row;
    enum err e = ERR_NOT_FOUND;

    pthread_mutex_lock(&tokens->lock);
    row = find_number(tokens, number);
    if (row)
        e = gate_new_cookie(&row->gate, to);
    pthread_mutex_unlock(&tokens->lock);
    return e;
}

bool tokens_may(struct tokens *tokens, uint64_t number, bool is_use)
{
    struct token_row *row;

    pthread_mutex_lock(&tokens->lock);
    row = find_number(tokens, number);
    if (row && is_use)
        note_use(tokens, row);
    pthread_mutex_unlock(&tokens->lock);
    return row;
}

void tokens_name(struct tokens *tokens, uint64_t number, char to[TOKENS_NAME + 1])
{
    const struct token_row *row;

    pthread_mutex_lock(&tokens->lock);
    row = find_number(tokens, number);
    if (row)
        memcpy(to, row->name, sizeof(row->name));
    pthread_mutex_unlock(&tokens->lock);
}

bool tokens_is_read_only(struct tokens *tokens, uint64_t number)
{
    const struct token_row *row;
    bool is_read_only;

    pthread_mutex_lock(&tokens->lock);
    row = find_number(tokens, number);
    is_read_only = !row || row->token.read_only;
    pthread_mutex_unlock(&tokens->lock);
    return is_read_only;
}
