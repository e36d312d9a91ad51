#include "services/search/query/explain_otherwise.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/musical_key.h"

static void put_hint(struct explain *x, struct text part, struct text by)
{
    struct hint *hint = explain_add(x, HINT_KIND_WRITTEN_OTHERWISE, part);

    if (hint)
        hint->instead = explain_instead(x, part, by);
}

static bool is_word_clause(const struct node *node)
{
    return node->kind == NODE_WORD || (node->kind == NODE_AND && node->first && !node->first->source.len);
}

/* The query's text from the first clause to the last. */
static struct text span_clauses(const struct node *first, const struct node *last)
{
    return (struct text){ (uint32_t)(last->source.at + last->source.len - first->source.at), first->source.at };
}

static bool is_text(struct text text, const char *word)
{
    return text_equal_caseless(text, text_of(word));
}

/* "A minor", "c# major": two words that name a key. */
static bool is_key(struct explain *x, const struct node *tone, const struct node *mode)
{
    static const char *const MODES[] = { "minor", "major", "min", "maj", "moll", "dur" };
    int key;

    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++)
        if (is_text(mode->source, MODES[i])) {
            struct text word = arena_printf(x->arena, "%.*s%s", TEXT_ARG(tone->source), MODES[i]);
            if (!musical_key_read(word, &key))
                return false;
            put_hint(x, span_clauses(tone, mode), arena_printf(x->arena, "key:~%s", musical_key_name(key)));
            return true;
        }
    return false;
}

static bool is_count(struct text text)
{
    for (uint32_t i = 0; i < text.len; i++)
        if (!isdigit((unsigned char)text.at[i]) && text.at[i] != '.')
            return false;
    return text.len > 0 && isdigit((unsigned char)text.at[0]);
}

/* "120 bpm", "120bpm". */
static bool is_tempo(struct explain *x, const struct node *number, const struct node *unit)
{
    struct text digits = number->source;

    if (!unit && digits.len > 3 && strncasecmp(digits.at + digits.len - 3, "bpm", 3) == 0)
        digits.len -= 3;
    else if (!unit || !is_text(unit->source, "bpm"))
        return false;
    if (!is_count(digits))
        return false;
    put_hint(x, span_clauses(number, unit ? unit : number), arena_printf(x->arena, "bpm:~%.*s", TEXT_ARG(digits)));
    return true;
}

/* "dur<0.5s": a field and a comparison without a colon. */
static bool is_comparison(struct explain *x, const struct node *clause)
{
    struct text source = clause->source;
    uint32_t name = 0;

    while (name < source.len && (isalnum((unsigned char)source.at[name]) || source.at[name] == '_'))
        name++;
    if (name == 0 || name + 1 >= source.len || !strchr("<>=", source.at[name]))
        return false;
    const struct filter *filter = filter_named((struct text){ name, source.at });
    if (!filter || filter->kind != FILTER_NUMBER)
        return false;
    struct text rest = { source.len - name, source.at + name };
    put_hint(x, source, arena_printf(x->arena, "%s:%.*s", filter->name, TEXT_ARG(rest)));
    return true;
}

/* AND between clauses is superfluous. */
static bool is_and(struct explain *x, const struct node *clause)
{
    struct text source = clause->source, wide = source;

    if (!is_text(source, "and") && !is_text(source, "&") && !is_text(source, "&&") && !is_text(source, "+"))
        return false;
    while (wide.at > x->query.at && wide.at[-1] == ' ')
        wide = (struct text){ wide.len + 1, wide.at - 1 };
    struct hint *hint = explain_add(x, HINT_KIND_WRITTEN_OTHERWISE, source);
    if (hint)
        hint->instead = explain_instead(x, wide, (struct text){ 0 });
    return true;
}

void explain_otherwise(struct explain *x)
{
    for (uint32_t i = 0; i < x->clause_count; i++) {
        const struct node *one = x->clauses[i], *next = i + 1 < x->clause_count ? x->clauses[i + 1] : NULL;

        if (!is_word_clause(one) || !one->source.len)
            continue;
        if (next && is_word_clause(next) && (is_key(x, one, next) || is_tempo(x, one, next))) {
            x->is_explained[i] = x->is_explained[i + 1] = true;
            i++;
        } else {
            x->is_explained[i] = is_tempo(x, one, NULL) || is_comparison(x, one) || is_and(x, one);
        }
    }
}
