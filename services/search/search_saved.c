#include "services/search/search_saved.h"

#include "common/process/limits.h"
#include "proto/wire/codec_copy.h"
#include "proto/wire/saved_name.h"
#include "schema_persist.h"
#include "services/search/search_begin.h"
#include "store/row.h"

enum { KEPT_MAX = 1000, EXPANSIONS_MAX = 64, EXPANDED_MAX = 16000, REMEMBER_BUDGET_MS = 10000, PAGE = 100 };

/* ---- reading ---- */

static enum err read_kept_queries(struct txn *txn, struct arena *arena, bool history, struct kept_query_list *to)
{
    const uint8_t kind = history ? 0 : 1;
    struct bytes prefix = { 1, &kind };
    struct walk walk;
    enum err e = walk_begin(txn, DB_QUERY, prefix, prefix, &walk);

    to->at = arena_array(arena, KEPT_MAX, sizeof(*to->at));
    if (!to->at)
        e = ERR_FULL;
    while (e == ERR_OK && to->count < KEPT_MAX && walk_next(&walk)) {
        struct kept_query one = { 0 };
        if (row_decode(txn, arena, walk.value, &kept_query_shape, &one) == ERR_OK)
            e = codec_copy(&kept_query_shape, &one, arena, &to->at[to->count++]);
    }
    walk_end(&walk);
    return e;
}

static void reverse_list(struct kept_query_list *list)
{
    for (uint32_t i = 0, j = list->count; i + 1 < j; i++) {
        struct kept_query was = list->at[i];
        list->at[i] = list->at[--j];
        list->at[j] = was;
    }
}

enum err search_queries(struct search *search, struct call *call, const struct search_queries *ask,
                        struct kept_queries *answer)
{
    const uint32_t most = ask->limit ? (uint32_t)ask->limit : PAGE;
    struct txn *txn;
    enum err e = search_read(search, &txn, call_fault(call));

    if (e != ERR_OK)
        return e;
    e = read_kept_queries(txn, call_arena(call), ask->history, &answer->each);
    txn_end(txn);
    if (ask->history)
        reverse_list(&answer->each); /* the keys are times: latest first */
    if (answer->each.count > most)
        answer->each.count = most;
    return e == ERR_OK ? e : refuse(call, e, "the saved queries cannot be read");
}

/* ---- @NAME ---- */

static enum err read_saved(struct txn *txn, struct request *request, struct text name, struct kept_query *saved)
{
    struct key key = key_query(name, 0);
    enum err e = row_get(txn, request->arena, DB_QUERY, &key, &kept_query_shape, saved);

    if (e == ERR_OK)
        return e;
    if (e != ERR_NOT_FOUND)
        return fault_set(request->fault, e, "the saved query \"%.*s\" cannot be read", TEXT_ARG(name));
    fault_set(request->fault, e, "no query is saved as \"%.*s\"", TEXT_ARG(name));
    return fault_hint(request->fault, "`loophole queries` lists them; in quotes, @%.*s is a word", TEXT_ARG(name));
}

static enum err expand_names(struct txn *txn, struct request *request, struct text query, struct text *expanded)
{
    uint32_t at = 0, names = 0;
    enum err e = ERR_OK;
    struct text name;

    for (*expanded = query; e == ERR_OK && (at = saved_name_next(*expanded, 0, &name)) < expanded->len;) {
        struct kept_query saved = { 0 };
        if (++names > EXPANSIONS_MAX || expanded->len > EXPANDED_MAX)
            return fault_set(request->fault, ERR_TOO_LARGE, "the saved queries in it refer to each other in a cycle");
        e = read_saved(txn, request, name, &saved);
        if (e == ERR_OK)
            *expanded = arena_printf(request->arena, "%.*s(%.*s)%.*s", (int)at, expanded->at, TEXT_ARG(saved.query),
                                     (int)(expanded->len - at - 1 - name.len), name.at + name.len);
        if (e == ERR_OK && !expanded->at)
            e = limits_refuse(request->fault, "the query");
    }
    return e;
}

enum err search_expand(struct request *request, struct text query, struct text *expanded)
{
    struct text name;
    struct txn *txn;
    enum err e;

    *expanded = query;
    if (saved_name_next(query, 0, &name) == query.len)
        return ERR_OK;
    e = search_read(request->search, &txn, request->fault);
    if (e != ERR_OK)
        return e;
    e = expand_names(txn, request, query, expanded);
    txn_end(txn);
    return e;
}

enum err search_saved_sort(struct request *request, struct text query, struct text *sort)
{
    struct kept_query saved = { 0 };
    struct text name;
    struct txn *txn;
    enum err e;

    if (saved_name_next(query, 0, &name) != 0 || name.len + 1 != query.len)
        return ERR_OK;
    e = search_read(request->search, &txn, request->fault);
    if (e != ERR_OK)
        return e;
    e = read_saved(txn, request, name, &saved);
    *sort = arena_text(request->arena, saved.sort);
    txn_end(txn);
    return e;
}

/* ---- the history ---- */

static void ignore_answer(void *state, enum err error, const void *answer, const struct fault *fault)
{
    (void)state, (void)error, (void)answer;
    (void)fault; /* a gap in the history is better than a failed search */
}

void search_remember(struct search *search, const struct search_query *ask)
{
    struct persist_put_query put = { .query = { .query = ask->query, .sort = ask->sort } };
    struct fault fault = { 0 };

    if (ask->cursor.len == 0)
        service_ask(search->service, "persist.put_query", &put, REMEMBER_BUDGET_MS, NULL, ignore_answer, NULL, &fault);
}
