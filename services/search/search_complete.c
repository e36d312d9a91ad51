#include "services/search/search_complete.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/naming/fold.h"
#include "common/process/limits.h"
#include "services/search/query/filter.h"
#include "services/search/search_begin.h"
#include "store/catalogue.h"
#include "store/catalogue_path.h"

enum { MOST = 100, LONGEST = 255, FEW = 1 << 17 /* values, 1 MB, taken from the eighth of limits.h */ };

struct completing {
    struct request *request;
    struct completions *to;
    struct text sign; /* "-" if the unfinished word is excluded */
};

static void add_completion(struct completing *c, const char *before, struct text value, const char *behind)
{
    struct arena *arena = c->request->arena;
    bool quoted = memchr(value.at ? value.at : "", ' ', value.len) || memchr(value.at ? value.at : "", '(', value.len);
    const char *quote = quoted ? "\"" : "";
    struct text whole =
        arena_printf(arena, "%.*s%s%s%.*s%s%s", TEXT_ARG(c->sign), before, quote, TEXT_ARG(value), quote, behind);

    if (whole.len && whole.len <= LONGEST && c->to->each.count < MOST)
        c->to->each.at[c->to->each.count++] = whole;
}

/* ---- values, the most frequent first ---- */

struct completed_value {
    uint32_t term, count;
};

static int by_count(const void *a, const void *b)
{
    const struct completed_value *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->term > y->term) - (x->term < y->term);
}

static void add_values(struct completing *c, enum term_field field, struct text start, const char *before)
{
    struct terms *terms = &c->request->search->index.terms;
    char key[TERM_LONGEST];
    struct term_range range = terms_starting(terms, terms_start(key, field, start));
    struct completed_value *values;
    uint32_t found = 0;

    if (range.count > FEW && !limits_leave(range.count * sizeof(*values)))
        return;
    values = alloc_array(range.count, sizeof(*values));
    for (uint32_t i = 0; i < range.count; i++) {
        struct completed_value value = { range.at[i], terms_posting(terms, range.at[i])->count };
        if (value.count)
            values[found++] = value;
    }
    qsort(values, found, sizeof(*values), by_count);
    for (uint32_t i = 0; i < found; i++)
        add_completion(c, before, terms_value(terms, values[i].term), "");
    free(values);
}

static void add_words(struct completing *c, const char *const words[], struct text start, const char *before)
{
    for (size_t i = 0; words[i]; i++)
        if (text_starts(text_of(words[i]), start))
            add_completion(c, before, text_of(words[i]), "");
}

/* ---- places ---- */

static void add_place_names(struct completing *c, bool of_libraries, struct text start, const char *before)
{
    const struct volumes *volumes = &c->request->search->catchup.volumes;

    for (uint32_t i = 0; i < volumes->count; i++) {
        const struct place_here *place = &volumes->at[i];
        if (id_equal(place->id, place->volume) != of_libraries && text_starts(text_of(place->folded), start))
            add_completion(c, before, text_of(place->name), "");
    }
}

struct completing_path {
    struct completing *c;
    const char *before;
    struct text typed, folder; /* folder: up to the last slash */
    struct txn *txn;
};

static void add_path(const struct completing_path *p, struct text path)
{
    if (text_starts(path, p->typed) && text_is_utf8(path))
        add_completion(p->c, p->before, path, "");
}

static bool add_library_path(void *state, const struct library *library)
{
    add_path(state, (struct text){ library->path.len, (const char *)library->path.at });
    return true;
}

static bool add_subfolder_path(void *state, const struct folder *folder)
{
    const struct completing_path *p = state;
    const struct text name = { folder->name.len, (const char *)folder->name.at };

    add_path(p, arena_printf(p->c->request->arena, "%.*s/%.*s", TEXT_ARG(p->folder), TEXT_ARG(name)));
    return p->c->to->each.count < MOST;
}

static void complete_path(struct completing *c, struct text typed, const char *before)
{
    struct completing_path p = { .c = c, .before = before, .typed = typed, .folder = typed };
    struct arena *arena = c->request->arena;
    struct id folder;

    while (p.folder.len && p.folder.at[p.folder.len - 1] != '/')
        p.folder.len--;
    p.folder.len -= p.folder.len > 0;
    if (search_read(c->request->search, &p.txn, NULL) != ERR_OK)
        return;
    if (catalogue_each_library(p.txn, arena, add_library_path, &p) == ERR_OK && p.folder.len &&
        catalogue_folder_at(p.txn, arena, bytes_of(p.folder.at, p.folder.len), &folder) == ERR_OK)
        (void)catalogue_each_subfolder(p.txn, arena, folder, add_subfolder_path, &p);
    txn_end(p.txn);
}

static void complete_value(struct completing *c, struct text name, struct text value)
{
    const struct filter *filter = filter_named(name);
    struct text before = arena_printf(c->request->arena, "%.*s:", TEXT_ARG(name));
    struct text start = fold_text(c->request->arena, value);

    if (!filter || !before.len)
        return;
    if (filter->kind == FILTER_IS)
        add_words(c, filter_states, start, before.at);
    else if (filter->kind == FILTER_VIEW)
        add_words(c, filter_views, start, before.at);
    else if (filter->kind == FILTER_PLACE)
        add_place_names(c, text_is(text_of(filter->name), "library"), start, before.at);
    else if (filter->kind == FILTER_UNDER)
        complete_path(c, value, before.at);
    else if (filter->term)
        add_values(c, filter_values(filter), start, before.at);
}

/* ---- fields and words ---- */

static void complete_word(struct completing *c, struct text word)
{
    struct text start = fold_text(c->request->arena, word);

    for (uint32_t i = 0; i < filter_count; i++)
        if (text_starts(text_of(filter_table[i].name), start))
            add_completion(c, filter_table[i].name, (struct text){ 0 }, ":");
    if (word.len == 0)
        return;
    add_values(c, TERM_NAME, start, "");
    add_values(c, TERM_TAG, start, "tag:");
    add_values(c, TERM_PACK, start, "pack:");
}

/* The unfinished word: the text after the last blank or parenthesis outside quotes. */
static struct text last_word(struct text query)
{
    uint32_t start = 0;
    bool quoted = false;

    for (uint32_t i = 0; i < query.len; i++) {
        char at = query.at[i];
        quoted = quoted != (at == '"');
        if (!quoted && (at == ' ' || at == '(' || at == ')'))
            start = i + 1;
    }
    return start ? (struct text){ query.len - start, query.at + start } : query;
}

enum err search_complete(struct request *request, const void *ask, void *answer)
{
    struct text word = last_word(((const struct search_complete *)ask)->query);
    struct completing c = { .request = request, .to = answer };
    const char *colon;

    c.to->each.at = arena_array(request->arena, MOST, sizeof(*c.to->each.at));
    if (!c.to->each.at)
        return limits_refuse(request->fault, "the completions");
    if (word.len && word.at[0] == '-') {
        c.sign = (struct text){ 1, word.at };
        word = (struct text){ word.len - 1, word.at + 1 };
    }
    colon = word.len ? memchr(word.at, ':', word.len) : NULL;
    if (!colon) {
        complete_word(&c, word);
        return ERR_OK;
    }
    struct text name = { (uint32_t)(colon - word.at), word.at }, value = { word.len - name.len - 1, colon + 1 };
    if (value.len && value.at[0] == '"')
        value = (struct text){ value.len - 1, value.at + 1 };
    complete_value(&c, name, value);
    return ERR_OK;
}
