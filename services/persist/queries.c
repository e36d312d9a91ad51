#include "services/persist/queries.h"

#include <ctype.h>

#include "proto/wire/saved_name.h"
#include "services/persist/turn/turn.h"
#include "store/row.h"

/* ---- checks ---- */

static enum err check_name(struct text name, const char *field, struct fault *fault)
{
    for (uint32_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (isascii((unsigned char)c) && (isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.'))
            continue;
        fault_set(fault, ERR_BAD_REQUEST, "\"%.*s\" is not the name of a query: expected letters, digits, - _ and .",
                  TEXT_ARG(name));
        return fault_field(fault, field);
    }
    return ERR_OK;
}

/* ---- noted queries ---- */

struct noted_query {
    struct key key;
    bool same; /* it equals the query that is to be noted */
};

/* Reads all noted queries, the oldest first. */
static enum err read_noted(struct persist *p, const struct kept_query *query, struct noted_query *to, uint32_t *count)
{
    struct key start = key_query(TEXT(""), 0);
    struct bytes prefix = { 1, start.b };
    struct walk walk;
    enum err e = walk_begin(p->w.txn, DB_QUERY, prefix, prefix, &walk);

    *count = 0;
    while (e == ERR_OK && *count < QUERIES_NOTED + 1 && walk_next(&walk)) {
        struct kept_query noted = { 0 };
        e = row_decode(p->w.txn, &p->arena, walk.value, &kept_query_shape, &noted);
        if (e != ERR_OK)
            break;
        to[*count].key = key_query(TEXT(""), (int64_t)key_number_at(walk.key, 1));
        to[(*count)++].same = text_equal(noted.query, query->query) && text_equal(noted.sort, query->sort);
    }
    walk_end(&walk);
    return e;
}

static enum err delete_oldest(struct persist *p, const struct noted_query *noted, uint32_t count)
{
    enum err e = ERR_OK;
    uint32_t left = count;

    for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
        if (!noted[i].same && left < QUERIES_NOTED)
            continue;
        e = turn_wrote(p, row_delete(&p->w, DB_QUERY, &noted[i].key));
        left--;
    }
    return e;
}

static enum err note_query(struct persist *p, struct kept_query *query, struct fault *fault)
{
    struct noted_query *noted = arena_array(&p->arena, QUERIES_NOTED + 1, sizeof(*noted));
    uint32_t count;
    enum err e = read_noted(p, query, noted, &count);

    if (e != ERR_OK)
        return fault_set(fault, e, "the history cannot be read");
    if (count && (int64_t)key_number_at(key_bytes(&noted[count - 1].key), 1) >= query->at)
        query->at = (int64_t)key_number_at(key_bytes(&noted[count - 1].key), 1) + 1;
    e = delete_oldest(p, noted, count);
    struct key key = key_query(TEXT(""), query->at);
    return e == ERR_OK ? turn_wrote(p, row_put(&p->w, DB_QUERY, &key, &kept_query_shape, query)) : e;
}

/* ---- saved queries ---- */

/* The saved queries that a query uses, directly or through others. */
struct used_names {
    struct text at[QUERIES_SAVED];
    uint32_t count;
};

static bool is_used(const struct used_names *used, struct text name)
{
    for (uint32_t i = 0; i < used->count; i++)
        if (text_equal(used->at[i], name))
            return true;
    return false;
}

/* Adds the names in `query`. Returns false if `own` is one of them. */
static bool add_names(struct used_names *used, struct text query, struct text own)
{
    struct text name;

    for (uint32_t at = 0; (at = saved_name_next(query, at, &name)) < query.len; at += 1 + name.len) {
        if (text_equal(name, own))
            return false;
        if (used->count < QUERIES_SAVED && !is_used(used, name))
            used->at[used->count++] = name;
    }
    return true;
}

static enum err refuse_circle(struct text own, const struct text *through, struct fault *fault)
{
    if (through)
        fault_set(fault, ERR_BAD_REQUEST, "the query would use itself: \"%.*s\", which it uses, uses @%.*s",
                  TEXT_ARG(*through), TEXT_ARG(own));
    else
        fault_set(fault, ERR_BAD_REQUEST, "the query would use itself: @%.*s is in it", TEXT_ARG(own));
    fault_field(fault, "query.query");
    return fault_hint(fault, "save it under another name, or write the text of the saved query in place of its name");
}

/* Without this, no query with its name could be asked, and the text of the query before it would be lost. */
static enum err check_circle(struct persist *p, const struct kept_query *query, struct fault *fault)
{
    struct used_names *used = arena_alloc(&p->arena, sizeof(*used));

    if (!used)
        return fault_set(fault, ERR_FULL, "the saved queries in it cannot be read");
    used->count = 0;
    if (!add_names(used, query->query, query->name))
        return refuse_circle(query->name, NULL, fault);
    for (uint32_t i = 0; i < used->count; i++) {
        struct key key = key_query(used->at[i], 0);
        struct kept_query saved = { 0 };
        enum err e = row_get(p->w.txn, &p->arena, DB_QUERY, &key, &kept_query_shape, &saved);
        if (e == ERR_NOT_FOUND)
            continue;
        if (e != ERR_OK)
            return fault_set(fault, e, "the saved query \"%.*s\" cannot be read", TEXT_ARG(used->at[i]));
        if (!add_names(used, saved.query, query->name))
            return refuse_circle(query->name, &used->at[i], fault);
    }
    return ERR_OK;
}

static enum err save_query(struct persist *p, const struct kept_query *query, struct fault *fault)
{
    struct key key = key_query(query->name, 0);
    struct bytes value;

    if (query->query.len == 0)
        return fault_set(fault, ERR_BAD_REQUEST, "the query is empty");
    if (txn_get(p->w.txn, DB_QUERY, key_bytes(&key), &value) == ERR_NOT_FOUND &&
        txn_count(p->w.txn, DB_QUERY) >= QUERIES_SAVED)
        return fault_set(fault, ERR_TOO_LARGE, "%d queries are saved already: remove one first", QUERIES_SAVED);
    enum err e = check_circle(p, query, fault);
    if (e != ERR_OK)
        return e;
    return turn_wrote(p, row_put(&p->w, DB_QUERY, &key, &kept_query_shape, query));
}

enum err queries_put(struct persist *p, const struct kept_query *query, struct done *answer, struct fault *fault)
{
    struct kept_query kept = *query;
    enum err e = check_name(query->name, "query.name", fault);

    if (e != ERR_OK)
        return e;
    kept.at = clock_now();
    answer->revision = turn_next(p) - 1;
    return kept.name.len ? save_query(p, &kept, fault) : note_query(p, &kept, fault);
}

static enum err forget_noted(struct persist *p, struct fault *fault)
{
    struct noted_query *noted = arena_array(&p->arena, QUERIES_NOTED + 1, sizeof(*noted));
    struct kept_query none = { 0 };
    uint32_t count = 0;
    enum err e = read_noted(p, &none, noted, &count);

    if (e != ERR_OK)
        return fault_set(fault, e, "the history cannot be read");
    for (uint32_t i = 0; e == ERR_OK && i < count; i++)
        e = turn_wrote(p, row_delete(&p->w, DB_QUERY, &noted[i].key));
    return e;
}

enum err queries_remove(struct persist *p, struct text name, struct done *answer, struct fault *fault)
{
    struct key key = key_query(name, 0);
    struct bytes value;

    answer->revision = turn_next(p) - 1;
    if (name.len == 0)
        return forget_noted(p, fault);
    if (txn_get(p->w.txn, DB_QUERY, key_bytes(&key), &value) != ERR_OK)
        return fault_set(fault, ERR_NOT_FOUND, "no query is saved as \"%.*s\"", TEXT_ARG(name));
    return turn_wrote(p, row_delete(&p->w, DB_QUERY, &key));
}
