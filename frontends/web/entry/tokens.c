#include "frontends/web/entry/tokens.h"

#include <stdio.h>
#include <string.h>

#include "common/file.h"
#include "common/naming/fold.h"
#include "common/process/log.h"
#include "proto/wire/json.h"

enum { FILE_MOST = 256 << 10 }; /* bytes */

/* ---- rows ---- */

static struct token_row *find_number(struct tokens *tokens, uint64_t number)
{
    for (uint32_t i = 0; i < tokens->count; i++)
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

/* Writes all rows but `without`, and `with`; either may be NULL. The lock is not held while the disk writes. */
static enum err write_rows(struct tokens *tokens, const struct token_row *without, const struct token_row *with,
                           struct fault *fault)
{
    struct buffer text = { 0 };
    enum err e;

    pthread_mutex_lock(&tokens->lock);
    for (uint32_t i = 0; i < tokens->count; i++)
        if (&tokens->rows[i] != without)
            add_row_line(&tokens->rows[i], &text);
    tokens->has_new_uses = false;
    pthread_mutex_unlock(&tokens->lock);
    if (with)
        add_row_line(with, &text);
    tokens->written = clock_steady();
    e = file_write_atomic(tokens->path, buffer_bytes(&text), 0600, fault);
    buffer_free(&text);
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

static void read_rows(struct tokens *tokens, struct text text)
{
    while (text.len > 0) {
        if (read_line(tokens, text_cut(&text, '\n')))
            continue;
        tokens->count = 0;
        log_error("%s is damaged: no token of a device is valid. Add them again with `loophole token add`",
                  tokens->path);
        return;
    }
}

enum err tokens_open(struct tokens *tokens, const struct gate *own, uint16_t port, const struct paths *paths,
                     struct fault *fault)
{
    struct buffer file = { 0 };
    enum err e;

    *tokens = (struct tokens){ .lock = PTHREAD_MUTEX_INITIALIZER, .gate = { .port = port } };
    memcpy(tokens->gate.key, own->key, sizeof(tokens->gate.key));
    if ((size_t)snprintf(tokens->path, sizeof(tokens->path), "%s/web.tokens", paths->data) >= sizeof(tokens->path))
        return fault_set(fault, ERR_IO, "the path of the data folder is too long");
    e = file_read_all(tokens->path, FILE_MOST, &file, fault);
    if (e == ERR_OK)
        read_rows(tokens, (struct text){ (uint32_t)file.len, (const char *)file.at });
    buffer_free(&file);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- adding and removing ---- */

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
    if (tokens->count == TOKENS_MOST) {
        fault_set(fault, ERR_FULL, "there are %d tokens already", TOKENS_MOST);
        return fault_hint(fault, "`loophole token list` shows them; remove one that is not used any more");
    }
    return ERR_OK;
}

/* A token that this ask, or a copy of it, has made already. */
static const struct token_row *find_made(const struct tokens *tokens, const struct web_add_token *ask)
{
    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token_row *row = &tokens->rows[i];

        if (bytes_equal(bytes_of(row->digest, SHA256_BYTES), ask->digest) &&
            text_equal(text_of(row->name), ask->name) && row->token.read_only == ask->read_only)
            return row;
    }
    return NULL;
}

enum err tokens_add(struct tokens *tokens, const struct web_add_token *ask, struct arena *arena,
                    struct device_token *to, struct fault *fault)
{
    const struct token_row *made = find_made(tokens, ask);
    struct kept_token kept = {
        .token = { .id = id_new(), .name = ask->name, .read_only = ask->read_only, .made = clock_now() },
        .digest = ask->digest,
    };
    struct token_row row;
    enum err e = made ? ERR_OK : check_new(tokens, ask, fault);

    if (made)
        *to = describe_row(made, arena);
    if (made || e != ERR_OK)
        return e;
    fill_row(tokens, &kept, &row);
    e = write_rows(tokens, NULL, &row, fault);
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

    pthread_mutex_lock(&tokens->lock);
    row = find_named(tokens, named);
    if (row)
        *to = describe_row(row, arena);
    pthread_mutex_unlock(&tokens->lock);
    return row;
}

enum err tokens_remove(struct tokens *tokens, struct text named, struct fault *fault)
{
    struct token_row *row = find_named(tokens, named);
    enum err e;

    if (!row) {
        fault_set(fault, ERR_NOT_FOUND, "no token of a device is called \"%.*s\"", TEXT_ARG(named));
        return fault_hint(fault, "`loophole token list` shows all tokens");
    }
    e = write_rows(tokens, row, NULL, fault);
    if (e != ERR_OK)
        return e;
    pthread_mutex_lock(&tokens->lock);
    tokens->count--;
    memmove(row, row + 1, (size_t)(tokens->rows + tokens->count - row) * sizeof(*row));
    pthread_mutex_unlock(&tokens->lock);
    return ERR_OK;
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
    bool has_new_uses;

    if (clock_steady() - tokens->written < (usec_t)after_s * 1000000)
        return;
    pthread_mutex_lock(&tokens->lock);
    has_new_uses = tokens->has_new_uses;
    pthread_mutex_unlock(&tokens->lock);
    if (has_new_uses && write_rows(tokens, NULL, NULL, &fault) != ERR_OK)
        log_fault("cannot write when tokens were used", &fault);
}

/* ---- who comes ---- */

static void note_use(struct tokens *tokens, struct token_row *row)
{
    row->token.used = clock_now();
    tokens->has_new_uses = true;
}

uint64_t tokens_find(struct tokens *tokens, struct text secret)
{
    uint8_t digest[SHA256_BYTES];
    uint64_t found = 0;

    if (secret.len == 0 || secret.len > TOKENS_SECRET)
        return 0;
    sha256_of(bytes_of(secret.at, secret.len), (struct bytes){ 0 }, digest);
    pthread_mutex_lock(&tokens->lock);
    for (uint32_t i = 0; i < tokens->count; i++)
        if (gate_equals(digest, tokens->rows[i].digest, sizeof(digest)))
            found = tokens->rows[i].number;
    pthread_mutex_unlock(&tokens->lock);
    return found;
}

uint64_t tokens_find_cookie(struct tokens *tokens, const char *cookies)
{
    uint64_t found = 0;

    pthread_mutex_lock(&tokens->lock);
    for (uint32_t i = 0; i < tokens->count; i++)
        if (gate_knows(&tokens->rows[i].gate, cookies))
            found = tokens->rows[i].number;
    pthread_mutex_unlock(&tokens->lock);
    return found;
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

bool tokens_may(struct tokens *tokens, uint64_t number)
{
    struct token_row *row;

    pthread_mutex_lock(&tokens->lock);
    row = find_number(tokens, number);
    if (row)
        note_use(tokens, row);
    pthread_mutex_unlock(&tokens->lock);
    return row;
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
