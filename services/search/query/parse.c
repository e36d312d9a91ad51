#include "services/search/query/parse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/musical_key.h"
#include "common/naming/fold.h"
#include "common/process/limits.h"
#include "services/search/index/words.h"
#include "services/search/query/parse_parts.h"

static void read_token(struct parser *p)
{
    p->token = lexer_next(&p->lexer);
}

/* ---- values of fields ---- */

static enum err make_text(struct parser *p, enum node_kind kind, struct text from, struct node **to)
{
    enum err e = parse_make_node(p, kind, to);

    if (e != ERR_OK)
        return e;
    (*to)->text = fold_text(p->arena, from);
    return (*to)->text.at || from.len == 0 ? ERR_OK : limits_refuse(p->fault, "the query");
}

static enum err parse_words(struct parser *p, struct node **to)
{
    enum node_kind kind = p->token.is_quoted ? NODE_PHRASE : NODE_WORDS;

    return make_text(p, kind, p->token.value, to);
}

static enum err parse_contains(struct parser *p, struct node **to)
{
    return make_text(p, NODE_CONTAINS, p->token.value, to);
}

static enum err parse_exact(struct parser *p, struct node **to)
{
    struct text value = p->token.value;
    bool is_start = !p->token.is_quoted && value.at[value.len - 1] == '*';
    enum err e;

    value.len -= is_start;
    e = make_text(p, NODE_EXACT, value, to);
    if (e == ERR_OK)
        (*to)->is_start = is_start;
    return e;
}

#define NEAR_SHARE 0.04 /* a number within this share is "about" equal */

/* ~120 means about this number; for tempos also about its half and its double. */
static enum err parse_about(struct parser *p, const struct filter *filter, struct node *about)
{
    static const double FACTORS[] = { 1, 0.5, 2 };
    size_t count = text_is(about->text, "bpm") ? sizeof(FACTORS) / sizeof(FACTORS[0]) : 1;
    double middle = (about->range.min + about->range.max) / 2, off = (middle < 0 ? -middle : middle) * NEAR_SHARE;
    struct node **end = &about->first, whole = *about;
    enum err e = ERR_OK;

    whole.filter = filter ? filter : &filter_attribute;
    about->kind = NODE_OR;
    about->text = (struct text){ 0 };
    for (size_t i = 0; i < count && e == ERR_OK; i++, end = &(*end)->next)
        if ((e = parse_make_node(p, NODE_NUMBER, end)) == ERR_OK) {
            **end = whole;
            (*end)->range = (struct range){ (middle - off) * FACTORS[i], (middle + off) * FACTORS[i], false, false };
        }
    return e;
}

static bool is_one_number(const struct range *range)
{
    return isfinite(range->max - range->min) && (range->max_open || range->max <= range->min);
}

static enum err parse_number(struct parser *p, struct node **to)
{
    const struct filter *filter = filter_named(p->token.name);
    enum filter_unit unit = filter ? filter->unit : UNIT_NONE;
    struct text value = p->token.value;
    bool about = value.at[0] == '~' && unit != UNIT_AGE;
    const char *why;
    uint32_t at;
    enum err e = parse_make_node(p, NODE_NUMBER, to);

    if (e != ERR_OK)
        return e;
    (*to)->text = filter ? text_of(filter->column) : p->token.name;
    if (about)
        value = (struct text){ value.len - 1, value.at + 1 };
    bool good = range_read(value, unit, p->parse->now, &(*to)->range, &why, &at);
    if (good && about && !is_one_number(&(*to)->range)) {
        good = false;
        why = "expected one number after ~";
    }
    if (good)
        return about ? parse_about(p, filter, *to) : ERR_OK;
    at += about;
    return WRONG(p, p->token.value_at + at, why, "%.*s: cannot be \"%.*s\"", TEXT_ARG(p->token.name),
                 TEXT_ARG(p->token.value));
}

static enum err parse_key(struct parser *p, struct node **to)
{
    struct text value = p->token.value;
    bool near = value.at[0] == '~';
    int key, keys[MUSICAL_KEY_NEAR];
    enum err e = parse_make_node(p, NODE_KEY, to);

    if (e != ERR_OK)
        return e;
    if (near)
        value = (struct text){ value.len - 1, value.at + 1 };
    if (!musical_key_read(value, &key))
        return WRONG(p, p->token.value_at + near, "expected a key such as Am, C#, Bbmaj, 8A or 1m",
                     "\"%.*s\" is not a key", TEXT_ARG(value));
    musical_key_near(key, keys);
    for (int i = 0; i < (near ? MUSICAL_KEY_NEAR : 1); i++)
        (*to)->keys |= 1u << keys[i];
    return ERR_OK;
}

static enum err parse_is(struct parser *p, struct node **to)
{
    const char *state = filter_state(p->token.value);
    char advice[300] = "one of";
    enum err e = parse_make_node(p, NODE_IS, to);

    if (e != ERR_OK)
        return e;
    for (size_t i = 0; filter_states[i] && !state; i++)
        snprintf(advice + strlen(advice), sizeof(advice) - strlen(advice), " %s", filter_states[i]);
    (*to)->text = text_of(state);
    return state ? ERR_OK : WRONG(p, p->token.value_at, advice, "is: has no value \"%.*s\"", TEXT_ARG(p->token.value));
}

static enum err parse_id(struct parser *p, enum node_kind kind, struct node **to)
{
    enum err e = parse_make_node(p, kind, to);

    if (e == ERR_OK && !id_read(p->token.value, &(*to)->id))
        return WRONG(p, p->token.value_at, "an id has 26 characters", "\"%.*s\" is not an id",
                     TEXT_ARG(p->token.value));
    return e;
}

static enum err parse_like(struct parser *p, struct node **to)
{
    return parse_id(p, NODE_LIKE, to);
}

static enum err parse_after(struct parser *p, struct node **to)
{
    return parse_id(p, NODE_AFTER, to);
}

static enum err parse_with(struct parser *p, struct node **to)
{
    return parse_id(p, NODE_WITH, to);
}

static enum err parse_for(struct parser *p, struct node **to)
{
    return make_text(p, NODE_FOR, p->token.value, to);
}

static enum err make_not(struct parser *p, struct node *of, struct node **to)
{
    enum err e = parse_make_node(p, NODE_NOT, to);

    if (e == ERR_OK)
        (*to)->first = of;
    return e;
}

/* Global is all but the folders of projects; combined is all. */
static enum err parse_view(struct parser *p, struct node **to)
{
    const struct text view = p->token.value;
    bool is_project = text_is(view, "project");
    enum err e;

    if (!is_project && !text_is(view, "global") && !text_is(view, "combined"))
        return WRONG(p, p->token.value_at, "one of project global combined", "view: has no value \"%.*s\"",
                     TEXT_ARG(view));
    e = parse_make_node(p, text_is(view, "combined") ? NODE_ALL : NODE_VIEW, to);
    if (e != ERR_OK || (*to)->kind == NODE_ALL)
        return e;
    (*to)->text = is_project ? TEXT("project") : TEXT("folders");
    return is_project ? ERR_OK : make_not(p, *to, to);
}

static enum err parse_unused(struct parser *p, struct node **to)
{
    struct node *used;
    enum err e = parse_exact(p, &used);

    if (e != ERR_OK)
        return e;
    used->filter = filter_named(TEXT("used"));
    return make_not(p, used, to);
}

static enum err (*const VALUES[])(struct parser *p, struct node **to) = {
    [FILTER_WORDS] = parse_words,      [FILTER_CONTAINS] = parse_contains, [FILTER_EXACT] = parse_exact,
    [FILTER_NUMBER] = parse_number,    [FILTER_KEY] = parse_key,           [FILTER_IS] = parse_is,
    [FILTER_LIKE] = parse_like,        [FILTER_UNUSED] = parse_unused,     [FILTER_AFTER] = parse_after,
    [FILTER_WITH] = parse_with,        [FILTER_FOR] = parse_for,           [FILTER_VIEW] = parse_view,
    [FILTER_PLACE] = parse_place_name, [FILTER_UNDER] = parse_place_under,
};

/* pack:"=Drums" is the pack of this name alone, and no other with these words. */
static bool is_whole_value(const struct query_token *token, const struct filter *filter)
{
    return token->is_quoted && token->value.len > 1 && token->value.at[0] == '=' &&
           (filter->kind == FILTER_CONTAINS || filter_values(filter) == TERM_PACK);
}

static enum err parse_field(struct parser *p, struct node **to)
{
    const struct filter *filter = filter_named(p->token.name);
    char advice[96];
    enum err e;

    if (!filter && p->parse->knows(p->parse->state, p->token.name))
        filter = &filter_attribute;
    if (!filter) {
        snprintf(advice, sizeof(advice), "did you mean %s:? In quotes it is a word", filter_nearest(p->token.name));
        return WRONG(p, p->token.at, advice, "no field \"%.*s\"", TEXT_ARG(p->token.name));
    }
    if (p->token.value.len == 0)
        return WRONG(p, p->token.value_at, filter->doc, "%.*s: needs a value", TEXT_ARG(p->token.name));
    if (is_whole_value(&p->token, filter))
        e = make_text(p, NODE_EXACT, (struct text){ p->token.value.len - 1, p->token.value.at + 1 }, to);
    else
        e = VALUES[filter->kind](p, to);
    if (e != ERR_OK)
        return e;
    (*to)->filter = filter;
    return filter->term == TERM_PLACE ? parse_place_pasted(p, filter, to) : e;
}

/* ---- words ---- */

struct joining {
    struct parser *p;
    struct node **end;
    uint32_t count;
    enum err e;
};

static bool join_word(void *state, struct text word)
{
    struct joining *joining = state;

    joining->e = make_text(joining->p, NODE_WORD, word, joining->end);
    if (joining->e != ERR_OK)
        return false;
    joining->end = &(*joining->end)->next;
    joining->count++;
    return true;
}

/* A word can contain several: kick-808. */
static enum err parse_word(struct parser *p, struct node **to)
{
    struct node *words = NULL;
    struct joining joining = { .p = p, .end = &words };
    enum err e;

    if (text_is(p->token.value, "unused")) {
        e = parse_make_node(p, NODE_USED, &words);
        return e == ERR_OK ? make_not(p, words, to) : e;
    }
    words_each(p->token.value, false, join_word, &joining);
    *to = words;
    if (joining.e != ERR_OK || joining.count == 1)
        return joining.e;
    e = parse_make_node(p, joining.count ? NODE_AND : NODE_ALL, to); /* punctuation alone matches everything */
    if (e == ERR_OK)
        (*to)->first = words;
    return e;
}

/* ---- structure ---- */

static enum err parse_or(struct parser *p, struct node **to);

static enum err parse_group(struct parser *p, struct node **to)
{
    uint32_t open = p->token.at;
    enum err e;

    read_token(p);
    if (p->token.kind == TOKEN_CLOSE)
        return WRONG(p, p->token.at, "", "the parentheses are empty");
    e = parse_or(p, to);
    if (e == ERR_OK && p->token.kind != TOKEN_CLOSE)
        return WRONG(p, open, "its ) is missing", "the parenthesis is not closed");
    return e;
}

static enum err parse_one(struct parser *p, struct node **to)
{
    enum err e;

    switch (p->token.kind) {
    case TOKEN_OPEN:
        e = parse_group(p, to);
        break;
    case TOKEN_WORD:
        e = p->token.is_quoted ? make_text(p, NODE_PHRASE, p->token.value, to) : parse_word(p, to);
        if (e == ERR_OK)
            e = parse_place_pasted(p, NULL, to);
        break;
    case TOKEN_FIELD:
        e = parse_field(p, to);
        break;
    case TOKEN_UNCLOSED:
        return WRONG(p, p->token.value_at - 1, "its second \" is missing", "the quote is not closed");
    case TOKEN_CLOSE:
        return WRONG(p, p->token.at, "there is no ( before it", "the parenthesis was never opened");
    case TOKEN_OR:
        return WRONG(p, p->token.at, "in quotes it is a word", "`or` needs a clause on both sides");
    default:
        return WRONG(p, p->token.at, "", "a clause is missing");
    }
    if (e == ERR_OK)
        read_token(p);
    return e;
}

/* The text from byte `start` to the current token, without blanks at its end. */
static struct text source_since(const struct parser *p, uint32_t start)
{
    struct text source = { p->token.at - start, p->lexer.query.at + start };

    while (source.len && (uint8_t)source.at[source.len - 1] <= ' ')
        source.len--;
    return source;
}

static enum err parse_not(struct parser *p, struct node **to)
{
    uint32_t start = p->token.at;
    struct node *child;
    enum err e;

    if (++p->depth > PARSE_DEEPEST)
        return WRONG(p, p->token.at, "", "the query is nested more than %d deep", PARSE_DEEPEST);
    if (p->token.kind != TOKEN_NOT) {
        e = parse_one(p, to);
    } else {
        read_token(p);
        e = parse_not(p, &child);
        if (e == ERR_OK && (e = parse_make_node(p, NODE_NOT, to)) == ERR_OK)
            (*to)->first = child;
    }
    if (e == ERR_OK)
        (*to)->source = source_since(p, start);
    p->depth--;
    return e;
}

/* Joins `parts`; a single part is returned itself. */
static enum err join_parts(struct parser *p, enum node_kind kind, struct node *parts, struct node **to)
{
    enum err e = ERR_OK;

    *to = parts;
    if (!parts || !parts->next)
        return ERR_OK;
    e = parse_make_node(p, kind, to);
    if (e == ERR_OK) {
        (*to)->first = parts;
        (*to)->source = source_since(p, (uint32_t)(parts->source.at - p->lexer.query.at));
    }
    return e;
}

static bool begins_one(enum token_kind kind)
{
    return kind != TOKEN_END && kind != TOKEN_CLOSE && kind != TOKEN_OR;
}

static enum err parse_and(struct parser *p, struct node **to)
{
    struct node *parts = NULL, **end = &parts;
    enum err e = parse_not(p, end);

    while (e == ERR_OK && begins_one(p->token.kind)) {
        end = &(*end)->next;
        e = parse_not(p, end);
    }
    return e == ERR_OK ? join_parts(p, NODE_AND, parts, to) : e;
}

static enum err parse_or(struct parser *p, struct node **to)
{
    struct node *parts = NULL, **end = &parts;
    enum err e = parse_and(p, end);

    while (e == ERR_OK && p->token.kind == TOKEN_OR) {
        end = &(*end)->next;
        read_token(p);
        if (!begins_one(p->token.kind))
            return WRONG(p, p->token.at, "in quotes it is a word", "`or` needs a clause on both sides");
        e = parse_and(p, end);
    }
    return e == ERR_OK ? join_parts(p, NODE_OR, parts, to) : e;
}

enum err parse_query(const struct parse *parse, struct text query, struct arena *arena, struct node **root,
                     struct fault *fault)
{
    struct parser p = { .parse = parse, .lexer = { .query = query }, .arena = arena, .fault = fault };
    enum err e;

    read_token(&p);
    if (p.token.kind == TOKEN_END)
        return parse_make_node(&p, NODE_ALL, root);
    e = parse_or(&p, root);
    if (e == ERR_OK && p.token.kind == TOKEN_CLOSE)
        return WRONG(&p, p.token.at, "there is no ( before it", "the parenthesis was never opened");
    return e;
}
