#include "services/search/query/parse_parts.h"

#include "common/naming/fold.h"
#include "common/process/limits.h"
#include "services/search/query/filter.h"

enum err parse_make_node(struct parser *p, enum node_kind kind, struct node **to)
{
    *to = arena_alloc(p->arena, sizeof(**to));
    if (!*to)
        return limits_refuse(p->fault, "the query");
    (*to)->kind = kind;
    return ERR_OK;
}

/* ---- values that name a place ---- */

static bool is_absolute(struct text value)
{
    return value.len > 1 && value.at[0] == '/';
}

/* `otherwise` is what the same text means if no folder or file has this path; NULL: it finds nothing. */
static enum err make_under(struct parser *p, struct node *otherwise, struct node **to)
{
    struct text path = p->token.value;
    enum err e = parse_make_node(p, NODE_UNDER, to);

    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    if (e != ERR_OK)
        return e;
    (*to)->text = path;
    (*to)->first = otherwise;
    return ERR_OK;
}

enum err parse_place_under(struct parser *p, struct node **to)
{
    if (p->token.value.at[0] != '/')
        return WRONG(p, p->token.value_at, "begin it with /, in quotes if it has blanks",
                     "\"%.*s\" is not an absolute path", TEXT_ARG(p->token.value));
    return make_under(p, NULL, to);
}

enum err parse_place_name(struct parser *p, struct node **to)
{
    enum err e;

    if (is_absolute(p->token.value))
        return parse_place_under(p, to);
    e = parse_make_node(p, NODE_PLACE, to);
    if (e != ERR_OK)
        return e;
    (*to)->text = fold_text(p->arena, p->token.value);
    return (*to)->text.at ? ERR_OK : limits_refuse(p->fault, "the query");
}

enum err parse_place_pasted(struct parser *p, const struct filter *filter, struct node **to)
{
    enum err e = is_absolute(p->token.value) ? make_under(p, *to, to) : ERR_OK;

    if (e == ERR_OK && filter)
        (*to)->filter = filter;
    return e;
}
