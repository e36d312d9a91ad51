#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/naming/fold.h"
#include "common/process/limits.h"
#include "services/search/query/filter.h"
#include "services/search/search.h"

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
