#include "services/composer/server/door.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct server_link {
    PGconn *connection;
};

enum { ANSWER_MOST = 8 << 20, OPTIONS_MOST = 64, MORE_OPTIONS = 8, SHOWN_MOST = 255 };

/* ---- the setting ---- */

static const char *option_of(const PQconninfoOption *options, const char *name)
{
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val ? options->val : "";
    return "";
}

static bool is_here(const PQconninfoOption *options)
{
    const char *host = option_of(options, "host");

    return (host[0] == 0 || host[0] == '/') && !strchr(host, ',') && !option_of(options, "hostaddr")[0];
}

/* An address is split at the first "@" or "/". So the rest of a password that has one of them becomes the host, the
 * port or the name of the database, which are shown. */
static bool is_split_wrongly(const char *server, const PQconninfoOption *options)
{
    return strstr(server, "://") &&
           (strchr(option_of(options, "host"), '@') || strchr(option_of(options, "port"), '@') ||
            strchr(option_of(options, "dbname"), '@'));
}

/* libpq's sentence quotes words of the setting, which may be a part of the password. */
static PQconninfoOption *parse_setting(const char *server, struct fault *fault)
{
    PQconninfoOption *options = PQconninfoParse(server, NULL);

    if (options && !is_split_wrongly(server, options))
        return options;
    PQconninfoFree(options);
    fault_set(fault, ERR_BAD_REQUEST, "the setting [composer] server cannot be read as a connection string");
    fault_hint(fault, "expected the form: host=db.example.org dbname=composer user=studio_NAME. A password with blanks "
                      "needs single quotes; better write it into ~/.pgpass");
    return NULL;
}

static enum err check_options(const PQconninfoOption *options, struct fault *fault)
{
    const char *mode = option_of(options, "sslmode");

    if (option_of(options, "service")[0])
        return fault_set(fault, ERR_DENIED,
                         "the setting [composer] server names a service file: name the server itself");
    if (is_here(options) || mode[0] == 0 || strcmp(mode, "verify-full") == 0)
        return ERR_OK;
    fault_set(fault, ERR_DENIED, "sslmode=%.40s does not check the server's certificate for its name", mode);
    return fault_hint(fault, "leave sslmode out of the setting [composer] server: another machine needs verify-full");
}

enum err door_check(const char *server, struct fault *fault)
{
    PQconninfoOption *options = parse_setting(server, fault);
    enum err e = options ? check_options(options, fault) : ERR_BAD_REQUEST;

    PQconninfoFree(options);
    return e;
}

struct text door_shown(const char *server, struct arena *arena)
{
    struct fault unused = { 0 };
    PQconninfoOption *options = server[0] ? parse_setting(server, &unused) : NULL;
    struct text shown = TEXT("");

    for (const PQconninfoOption *one = options; one && one->keyword; one++)
        if (one->val && strcmp(one->keyword, "password") != 0 && strcmp(one->keyword, "sslpassword") != 0)
            shown =
                arena_printf(arena, "%.*s%s%s=%.60s", TEXT_ARG(shown), shown.len ? " " : "", one->keyword, one->val);
    PQconninfoFree(options);
    return arena_utf8(arena, bytes_of(shown.at, shown.len), SHOWN_MOST);
}

/* ---- the connection ---- */

static void ignore_notice(void *state, const char *notice)
{
    (void)state, (void)notice;
}

/* Joins the lines of libpq's sentence. */
static const char *join_lines(char *sentence)
{
    for (char *at = sentence; *at; at++)
        if (*at == '\n')
            *at = at[1] ? ' ' : 0;
    return sentence;
}

/* The setting alone names the server: libpq would take another machine from these, and check_options does not see
 * them. */
static void ignore_environment(void)
{
    (void)unsetenv("PGHOST");
    (void)unsetenv("PGHOSTADDR");
    (void)unsetenv("PGSERVICE");
}

static enum err connect_with(const PQconninfoOption *options, struct server_link *link, struct fault *fault)
{
    const char *keys[OPTIONS_MOST + MORE_OPTIONS], *values[OPTIONS_MOST + MORE_OPTIONS];
    int count = 0;

    for (const PQconninfoOption *one = options; one->keyword && count < OPTIONS_MOST; one++) {
        if (!one->val)
            continue;
        keys[count] = one->keyword;
        values[count++] = one->val;
    }
    keys[count] = "sslmode"; /* of two values of a key libpq takes the later one */
    values[count++] = is_here(options) ? "prefer" : "verify-full";
    keys[count] = "connect_timeout";
    values[count++] = "10";
    keys[count] = "application_name";
    values[count++] = "loophole";
    keys[count] = "client_encoding";
    values[count++] = "UTF8";
    keys[count] = NULL;
    values[count] = NULL;
    ignore_environment();
    link->connection = PQconnectdbParams(keys, values, 0);
    PQsetNoticeProcessor(link->connection, ignore_notice, NULL);
    if (PQstatus(link->connection) == CONNECTION_OK)
        return ERR_OK;
    return fault_set(fault, ERR_OFFLINE, "%.230s", join_lines(PQerrorMessage(link->connection)));
}

enum err server_open(const char *server, struct server_link **to, struct fault *fault)
{
    PQconninfoOption *options = parse_setting(server, fault);
    struct server_link *link = alloc_zeroed(1, sizeof(*link));
    enum err e = options ? check_options(options, fault) : ERR_BAD_REQUEST;

    if (e == ERR_OK)
        e = connect_with(options, link, fault);
    PQconninfoFree(options);
    if (e != ERR_OK) {
        server_close(link);
        link = NULL;
    }
    *to = link;
    return e;
}

void server_close(struct server_link *link)
{
    if (link && link->connection)
        PQfinish(link->connection);
    free(link);
}

/* ---- calls ---- */

static enum err read_failure(const struct server_link *link, const PGresult *result, struct fault *fault)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE), *what;
    enum err e = ERR_INTERNAL;

    what = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (PQstatus(link->connection) != CONNECTION_OK || !state || memcmp(state, "53", 2) == 0 ||
        memcmp(state, "57", 2) == 0 || memcmp(state, "08", 2) == 0)
        e = ERR_OFFLINE;
    else if (strcmp(state, "42501") == 0)
        e = ERR_DENIED;
    return fault_set(fault, e, "the server: %.200s", what ? what : "the connection broke");
}

/* The next result, of which libpq holds one row at most. A failure of PQsetSingleRowMode means that the result has no
 * rows, or is under way already. */
static PGresult *next_result(struct server_link *link)
{
    (void)PQsetSingleRowMode(link->connection);
    return PQgetResult(link->connection);
}

static enum err refuse_value(struct fault *fault)
{
    return fault_set(fault, ERR_INTERNAL, "the server's answer is not one value of at most 8 MiB");
}

/* `value->at` is NULL until a row came; a second row is refused at once. */
static enum err read_single_value(const PGresult *result, struct arena *arena, struct text *value, struct fault *fault)
{
    int len = PQntuples(result) == 1 && PQnfields(result) == 1 ? PQgetlength(result, 0, 0) : -1;

    if (value->at || len < 0 || len > ANSWER_MOST || PQgetisnull(result, 0, 0))
        return refuse_value(fault);
    *value = arena_text(arena, (struct text){ (uint32_t)len, PQgetvalue(result, 0, 0) });
    return value->at ? ERR_OK : ERR_FULL;
}

/* After all rows an empty result follows. */
static enum err read_result(const struct server_link *link, const PGresult *result, struct arena *arena,
                            struct text *value, struct fault *fault)
{
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        return read_single_value(result, arena, value, fault);
    case PGRES_TUPLES_OK:
        return value->at && PQntuples(result) == 0 ? ERR_OK : refuse_value(fault);
    default:
        return read_failure(link, result, fault);
    }
}

enum err server_call(struct server_link *link, const char *sql, const char *parameter, struct arena *arena,
                     struct text *value, struct fault *fault)
{
    PGresult *result = NULL;
    enum err e = ERR_OK;

    *value = (struct text){ 0, NULL };
    if (!PQsendQueryParams(link->connection, sql, parameter ? 1 : 0, NULL, &parameter, NULL, NULL, 0))
        return read_failure(link, NULL, fault);
    while (e == ERR_OK && (result = next_result(link))) {
        e = read_result(link, result, arena, value, fault);
        PQclear(result);
    }
    return e == ERR_OK && !value->at ? refuse_value(fault) : e;
}

/* ---- many calls ---- */

static enum err report_break(struct server_link *link, struct fault *fault)
{
    return fault_set(fault, ERR_OFFLINE, "the server: %.200s", join_lines(PQerrorMessage(link->connection)));
}

static bool send_calls(struct server_link *link, const char *sql, const char *const *parameters, uint32_t count)
{
    PGconn *to = link->connection;
    bool sent = PQenterPipelineMode(to) && PQsendPrepare(to, "call", sql, 0, NULL);

    for (uint32_t i = 0; sent && i < count; i++) {
        sent = PQsendQueryPrepared(to, "call", 1, &parameters[i], NULL, NULL, 0);
        sent = sent && PQpipelineSync(to);
    }
    return sent;
}

enum err server_calls(struct server_link *link, const char *sql, const char *const *parameters, uint32_t count,
                      struct arena *arena, struct text *values, struct fault *fault)
{
    uint32_t synced = 0, got = 0, gaps = 0;
    enum err e = ERR_OK;

    if (!send_calls(link, sql, parameters, count))
        return report_break(link, fault);
    while (e == ERR_OK && synced < count) {
        PGresult *result = next_result(link);
        ExecStatusType status = PQresultStatus(result);
        gaps = result ? 0 : gaps + 1; /* one follows the results of each statement */
        if (gaps > 1)
            return report_break(link, fault);
        synced += status == PGRES_PIPELINE_SYNC;
        if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK)
            e = got < count ? read_result(link, result, arena, &values[got], fault) : refuse_value(fault);
        else if (result && status != PGRES_PIPELINE_SYNC && status != PGRES_COMMAND_OK)
            e = read_failure(link, result, fault);
        got += status == PGRES_TUPLES_OK;
        PQclear(result);
    }
    if (e == ERR_OK && got != count)
        return fault_set(fault, ERR_INTERNAL, "the server answered %u of %u calls", got, count);
    return e;
}
