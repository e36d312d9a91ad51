#include "services/composer/server/talk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "proto/wire/codec.h"
#include "proto/wire/json.h"
#include "services/composer/server/door.h"

enum { RESULT_MOST = 16 << 20, PIECE = 65536 };

static const char exchange[] = "select composer.exchange($1::text::jsonb)",
                  news[] = "select composer.next_look($1::text::jsonb)",
                  forget[] = "select composer.forget($1::text::jsonb)", held[] = "select composer.held()",
                  team[] = "select composer.team($1::text::jsonb)";

/* What the child writes: this, and the encoded record. */
struct talk_head {
    struct fault fault;
};

/* ---- the child ---- */

static enum err report_invalid(const struct fault *why, struct fault *fault)
{
    return fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: %.60s %.120s", why->field, why->what);
}

/* Appends the lessons of a later answer to those of the first. If the first answer accepts nothing, or begins the
 * lessons again, the later ones are dropped. */
static enum err add_answer(struct from_server *all, const struct from_server *more, struct arena *arena,
                           struct fault *fault)
{
    struct lesson_list lessons = { 0, arena_array(arena, all->lessons.count + more->lessons.count,
                                                  sizeof(struct lesson)) };
    struct refusal_list refused = all->refused;

    if (!all->known || all->again)
        return ERR_OK;
    if (more->again || !text_equal(more->epoch, all->epoch))
        return fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: one connection reached two servers");
    if (!lessons.at)
        return fault_set(fault, ERR_FULL, "the server's answer is too large");
    memcpy(lessons.at, all->lessons.at, all->lessons.count * sizeof(struct lesson));
    memcpy(lessons.at + all->lessons.count, more->lessons.at, more->lessons.count * sizeof(struct lesson));
    lessons.count = all->lessons.count + more->lessons.count;
    *all = *more;
    all->lessons = lessons;
    all->refused = refused;
    return ERR_OK;
}

static enum err read_answers(const struct text *values, uint32_t count, struct arena *arena, struct from_server *all,
                             struct fault *fault)
{
    struct from_server more = { 0 };
    struct fault why = { 0 };
    enum err e = json_read(&from_server_shape, values[0], arena, all, &why);

    for (uint32_t i = 1; e == ERR_OK && i < count; i++) {
        e = json_read(&from_server_shape, values[i], arena, &more, &why);
        if (e == ERR_OK && add_answer(all, &more, arena, fault) != ERR_OK)
            return fault->code;
    }
    return e == ERR_OK ? e : report_invalid(&why, fault);
}

static enum err call_exchange(const struct talk_words *words, struct arena *arena, struct buffer *to,
                              struct fault *fault)
{
    struct from_server answer = { 0 };
    struct text values[TALK_CALLS] = { { 0, NULL } };
    struct fault why = { 0 };
    struct server_link *link = NULL;
    enum err e = server_open(words->server, &link, fault);

    if (e == ERR_OK)
        e = server_calls(link, exchange, words->calls, words->count, arena, values, fault);
    server_close(link);
    if (e == ERR_OK)
        e = read_answers(values, words->count, arena, &answer, fault);
    if (e == ERR_OK && codec_encode(&from_server_shape, &answer, to, &why) != ERR_OK)
        e = report_invalid(&why, fault);
    return e;
}

static enum err call_alone(const char *server, const char *sql, const char *parameter, struct arena *arena,
                           struct text *value, struct fault *fault)
{
    struct server_link *link = NULL;
    enum err e = server_open(server, &link, fault);

    if (e == ERR_OK)
        e = server_call(link, sql, parameter, arena, value, fault);
    server_close(link);
    return e;
}

static enum err read_count(const char *server, const char *sql, const char *parameter, struct arena *arena,
                           uint64_t *to, struct fault *fault)
{
    struct text value = { 0, NULL };
    enum err e = call_alone(server, sql, parameter, arena, &value, fault);

    *to = 0;
    for (uint32_t i = 0; e == ERR_OK && i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || i > 17)
            return fault_set(fault, ERR_BAD_REQUEST, "the server's answer is invalid: expected a count");
        *to = *to * 10 + (uint64_t)(value.at[i] - '0');
    }
    return e;
}

/* The server answers the seconds until the next look, or 0 if there is news. */
static enum err call_news(const struct talk_words *words, struct arena *arena, struct buffer *to, struct fault *fault)
{
    struct from_server answer = { 0 };
    struct fault why = { 0 };
    enum err e = read_count(words->server, news, words->calls[0], arena, &answer.poll, fault);

    answer.has_poll = answer.poll != 0;
    answer.more = !answer.has_poll;
    if (e == ERR_OK && codec_encode(&from_server_shape, &answer, to, &why) != ERR_OK)
        e = report_invalid(&why, fault);
    return e;
}

/* Counts the remaining rows over another connection, after the removal is committed. */
static enum err call_forget(const struct talk_words *words, struct arena *arena, struct buffer *to, struct fault *fault)
{
    struct forgot_there forgot = { 0 };
    enum err e = read_count(words->server, forget, words->calls[0], arena, &forgot.removed, fault);

    if (e == ERR_OK)
        e = read_count(words->server, held, NULL, arena, &forgot.left, fault);
    return e == ERR_OK ? codec_encode(&forgot_there_shape, &forgot, to, fault) : e;
}

static enum err call_team(const struct talk_words *words, struct arena *arena, struct buffer *to, struct fault *fault)
{
    struct from_team answer = { 0 };
    struct text value = { 0, NULL };
    struct fault why = { 0 };
    enum err e = call_alone(words->server, team, words->calls[0], arena, &value, fault);

    if (e != ERR_OK)
        return e;
    e = json_read(&from_team_shape, value, arena, &answer, &why);
    if (e == ERR_OK)
        e = codec_encode(&from_team_shape, &answer, to, &why);
    return e == ERR_OK ? e : report_invalid(&why, fault);
}

static enum err call_server(const struct talk_words *words, struct arena *arena, struct buffer *to, struct fault *fault)
{
    switch (words->kind) {
    case TALK_EXCHANGE:
        return call_exchange(words, arena, to, fault);
    case TALK_NEWS:
        return call_news(words, arena, to, fault);
    case TALK_FORGET:
        return call_forget(words, arena, to, fault);
    case TALK_TEAM:
        return call_team(words, arena, to, fault);
    }
    return ERR_INTERNAL;
}

static int run_child(void *state, int to)
{
    const struct talk_words *words = state;
    struct talk_head head = { 0 };
    struct arena arena = { 0 };
    struct buffer body = { 0 };

    head.fault.code = call_server(words, &arena, &body, &head.fault);
    bool wrote = child_process_write(to, &head, sizeof(head)) &&
                 (head.fault.code != ERR_OK || child_process_write(to, body.at, body.len));
    return wrote ? 0 : 1;
}

/* ---- the service ---- */

enum err talk_begin(struct server_talk *talk, const struct talk_words *words, struct fault *fault)
{
    struct talk_words child = *words;
    enum err e = child_process_begin(&talk->child, run_child, &child, fault);

    if (e != ERR_OK)
        return e;
    buffer_reset(&talk->got);
    talk->got.limit = RESULT_MOST;
    talk->deadline = clock_steady() + TALK_PATIENCE_US;
    return ERR_OK;
}

void talk_end(struct server_talk *talk)
{
    child_process_end(&talk->child);
}

bool talk_is_ending(struct server_talk *talk)
{
    return !child_process_is_gone(&talk->child) && clock_steady() < talk->deadline;
}

bool talk_turn(struct server_talk *talk)
{
    uint8_t piece[PIECE];
    ssize_t got = 0;

    if (!talk->child.pid)
        return false;
    while ((got = read(talk->child.from, piece, sizeof(piece))) > 0 && !talk->got.failed)
        buffer_add(&talk->got, piece, (size_t)got);
    bool has_ended = got == 0 || talk->got.failed || (got < 0 && errno != EAGAIN && errno != EINTR);
    if (!has_ended && clock_steady() < talk->deadline)
        return false;
    talk->is_late = !has_ended;
    talk_end(talk);
    return true;
}

enum err talk_result(struct server_talk *talk, const struct shape *shape, struct arena *arena, void *to,
                     struct fault *fault)
{
    struct talk_head head;

    if (talk->is_late)
        return fault_set(fault, ERR_TIMEOUT, "the server did not answer within %d s", TALK_PATIENCE_US / 1000000);
    if (talk->got.failed || talk->got.len < sizeof(head))
        return fault_set(fault, ERR_OFFLINE,
                         "the process that talks to the server died: the next exchange starts another one");
    memcpy(&head, talk->got.at, sizeof(head));
    if (head.fault.code != ERR_OK) {
        *fault = head.fault;
        return head.fault.code;
    }
    return codec_decode(shape, bytes_of(talk->got.at + sizeof(head), talk->got.len - sizeof(head)), arena, to, fault);
}
