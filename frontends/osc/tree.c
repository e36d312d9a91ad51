#include "frontends/osc/tree.h"

#include <arpa/inet.h>
#include <string.h>

#include "frontends/osc/reply.h"
#include "frontends/osc/values.h"
#include "proto/wire/json_write.h"

/* A node: an address, or the beginning of addresses, without a slash at its end. */
struct osc_node {
    struct text path;
    const struct osc_route *route; /* NULL: it has only contents */
};

static uint32_t count_arguments(const struct osc_route *route)
{
    uint32_t count = 0;

    while (count < ROUTE_ARGUMENTS && route->arguments[count].kind)
        count++;
    return count;
}

/* ---- attributes: each is written with its key, unless the node lacks it ---- */

static const char *argument_type(const struct route_argument *argument)
{
    switch (argument->kind) {
    case ROUTE_REAL:
        return "f";
    case ROUTE_SLOT:
    case ROUTE_WHOLE:
    case ROUTE_SWITCH:
        return "i";
    default:
        return "s";
    }
}

static void write_types(struct buffer *to, const struct osc_route *route, bool only_needed)
{
    uint32_t written = 0;

    buffer_add_text(to, "\"");
    for (uint32_t i = 0; i < count_arguments(route); i++)
        if (!only_needed || !route->arguments[i].is_optional) {
            buffer_add_text(to, argument_type(&route->arguments[i]));
            written++;
        }
    if (written == 0 && route->value)
        buffer_printf(to, "%c", route->value);
    else if (written == 0)
        buffer_add_text(to, "N");
    buffer_add_text(to, "\"");
}

static void write_full_path(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    (void)osc;
    json_key(to, first, "FULL_PATH");
    json_text(to, node->path.len ? node->path : TEXT("/"));
}

static void write_osc_type(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    (void)osc;
    if (!node->route)
        return;
    json_key(to, first, "TYPE");
    write_types(to, node->route, false);
}

static void write_overloads(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    uint32_t optional = 0;

    (void)osc;
    for (uint32_t i = 0; node->route && i < ROUTE_ARGUMENTS; i++)
        optional += node->route->arguments[i].is_optional;
    if (optional == 0)
        return;
    json_key(to, first, "OVERLOADS");
    buffer_add_text(to, "[{\"TYPE\":");
    write_types(to, node->route, true);
    buffer_add_text(to, "}]");
}

/* OSCQuery: 0 none, 1 read, 2 write, 3 both. */
static void write_access(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    const struct osc_route *route = node->route;

    (void)osc;
    json_key(to, first, "ACCESS");
    buffer_printf(to, "%d", route ? (route->value ? 1 : 0) + (route->ask || route->own ? 2 : 0) : 0);
}

static void write_description(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    (void)osc;
    if (!node->route)
        return;
    json_key(to, first, "DESCRIPTION");
    json_text(to, text_of(node->route->about));
}

static void write_words(struct buffer *to, const char *words)
{
    buffer_add_text(to, "{\"VALS\":[");
    for (bool first = true; *words; first = false) {
        const size_t len = strcspn(words, ",");

        buffer_add_text(to, first ? "" : ",");
        json_text(to, (struct text){ (uint32_t)len, words });
        words += len + (words[len] == ',');
    }
    buffer_add_text(to, "]}");
}

static void write_range_of(struct buffer *to, const struct route_argument *argument)
{
    if (argument->kind == ROUTE_WORD)
        write_words(to, argument->words);
    else if (argument->kind == ROUTE_SWITCH)
        buffer_add_text(to, "{\"VALS\":[0,1]}");
    else if (argument->max > argument->min)
        buffer_printf(to, "{\"MIN\":%g,\"MAX\":%.10g}", argument->min, argument->max);
    else
        buffer_add_text(to, "null");
}

static void write_range(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    const uint32_t count = node->route ? count_arguments(node->route) : 0;

    (void)osc;
    if (count == 0)
        return;
    json_key(to, first, "RANGE");
    for (uint32_t i = 0; i < count; i++) {
        buffer_add_text(to, i ? "," : "[");
        write_range_of(to, &node->route->arguments[i]);
    }
    buffer_add_text(to, "]");
}

static void write_names(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    (void)osc;
    if (!node->route)
        return;
    json_key(to, first, "ARGS");
    buffer_add_text(to, "[");
    for (uint32_t i = 0; i < count_arguments(node->route); i++) {
        const struct route_argument *argument = &node->route->arguments[i];

        buffer_printf(to, argument->is_optional ? "%s\"[%s]\"" : "%s\"%s\"", i ? "," : "", argument->name);
    }
    buffer_add_text(to, "]");
}

static void write_node_value(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    const struct osc_value *value = node->route ? values_of(osc, node->route) : NULL;

    if (!value)
        return;
    json_key(to, first, "VALUE");
    buffer_add_text(to, "[");
    if (node->route->value == 's')
        json_text(to, text_of(value->text));
    else
        json_number(to, value->number);
    buffer_add_text(to, "]");
}

static void write_contents(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first);

static const struct {
    const char *name;
    void (*write)(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first);
} attributes[] = {
    { "FULL_PATH", write_full_path },     { "ACCESS", write_access },    { "TYPE", write_osc_type },
    { "DESCRIPTION", write_description }, { "ARGS", write_names },       { "RANGE", write_range },
    { "OVERLOADS", write_overloads },     { "VALUE", write_node_value }, { "CONTENTS", write_contents },
};
enum { ATTRIBUTES = sizeof(attributes) / sizeof(*attributes) };

static void write_node(const struct osc *osc, const struct osc_node *node, struct buffer *to)
{
    bool first = true;

    buffer_add_text(to, "{");
    for (uint32_t i = 0; i < ATTRIBUTES; i++)
        attributes[i].write(osc, node, to, &first);
    buffer_add_text(to, "}");
}

/* ---- contents ---- */

/* The name that follows `path` in the route's; "" if the route does not lie below it. */
static struct text name_below(const struct osc_route *route, struct text path)
{
    const char *at = text_starts(text_of(route->path), path) ? route->path + path.len : "";

    if (*at != '/')
        return (struct text){ 0 };
    return (struct text){ (uint32_t)strcspn(at + 1, "/"), at + 1 };
}

/* Routes of one folder need not follow each other in the table. */
static bool is_first_below(uint32_t index, struct text path, struct text name)
{
    for (uint32_t i = 0; i < index; i++)
        if (text_equal(name_below(&routes[i], path), name))
            return false;
    return true;
}

static struct osc_node node_at(struct text path)
{
    return (struct osc_node){ .path = path, .route = routes_find(path) };
}

static void write_contents(const struct osc *osc, const struct osc_node *node, struct buffer *to, bool *first)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < routes_count; i++) {
        const struct text name = name_below(&routes[i], node->path);
        struct osc_node below;

        if (name.len == 0 || !is_first_below(i, node->path, name))
            continue;
        if (count++ == 0)
            json_key(to, first, "CONTENTS");
        buffer_add_text(to, count == 1 ? "{" : ",");
        json_text(to, name);
        buffer_add_text(to, ":");
        below = node_at((struct text){ node->path.len + 1 + name.len, routes[i].path });
        write_node(osc, &below, to);
    }
    buffer_add_text(to, count ? "}" : "");
}

/* ---- the whole ---- */

static void write_host(const struct osc *osc, struct buffer *to)
{
    char ip[INET_ADDRSTRLEN] = "";

    (void)inet_ntop(AF_INET, &osc->listen, ip, sizeof(ip));
    buffer_printf(to,
                  "{\"NAME\":\"loophole\",\"OSC_IP\":\"%s\",\"OSC_PORT\":%u,\"OSC_TRANSPORT\":\"UDP\",\"EXTENSIONS\":"
                  "{\"ACCESS\":true,\"VALUE\":true,\"RANGE\":true,\"DESCRIPTION\":true,\"OVERLOADS\":true,"
                  "\"LISTEN\":false}}",
                  ip, osc->port);
}

static bool is_known_address(struct text path)
{
    for (uint32_t i = 0; i < routes_count; i++)
        if (text_is(path, routes[i].path) || name_below(&routes[i], path).len)
            return true;
    return false;
}

static enum err write_attribute(const struct osc *osc, const struct osc_node *node, struct text name, struct buffer *to,
                                struct fault *fault)
{
    bool first = true;

    for (uint32_t i = 0; i < ATTRIBUTES; i++) {
        if (!text_is(name, attributes[i].name))
            continue;
        buffer_add_text(to, "{");
        attributes[i].write(osc, node, to, &first);
        buffer_add_text(to, "}");
        if (first)
            buffer_reset(to);
        return ERR_OK;
    }
    fault_set(fault, ERR_BAD_REQUEST, "no attribute %.*s", TEXT_ARG(name));
    return fault_hint(fault, "docs/osc.md lists all attributes");
}

static enum err refuse_unknown_path(struct text path, struct fault *fault)
{
    fault_set(fault, ERR_NOT_FOUND, "no address %.*s", TEXT_ARG(path));
    return fault_hint(fault, "the path / lists all addresses");
}

enum err tree_write(const struct osc *osc, struct text path, struct text attribute, struct buffer *to,
                    struct fault *fault)
{
    struct osc_node node;

    while (path.len && path.at[path.len - 1] == '/')
        path.len--;
    node = node_at(path);
    if (text_is(attribute, "HOST_INFO"))
        write_host(osc, to);
    else if (!is_known_address(path))
        return refuse_unknown_path(path, fault);
    else if (attribute.len)
        return write_attribute(osc, &node, attribute, to, fault);
    else
        write_node(osc, &node, to);
    return ERR_OK;
}

void tree_send_routes(const struct osc *osc, const struct sockaddr_in *to)
{
    struct buffer text = { 0 };

    for (uint32_t i = 0; i < routes_count; i++) {
        const struct osc_node node = node_at(text_of(routes[i].path));
        struct reply reply = reply_begin("/route");

        buffer_reset(&text);
        write_node(osc, &node, &text);
        reply_add_text(&reply, node.path);
        reply_add_text(&reply, text_of(buffer_c(&text)));
        (void)reply_send(&reply, osc, to);
    }
    buffer_free(&text);
}
