#include "frontends/osc/request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/codec.h"
#include "proto/wire/json.h"
#include "proto/wire/json_write.h"
#include "store/pattern/message.h"

enum { NUMBER_SIZE = 48, NAME_MOST = 80 };

/* ---- arguments ---- */

/* False for NaN, infinity, and a text that is not a number. */
static bool read_number(const struct packet_argument *from, double *to)
{
    char typed[NUMBER_SIZE], *end = typed;

    *to = from->number;
    if (from->kind == PACKET_TEXT) {
        if (from->text.len == 0 || !text_copy(typed, sizeof(typed), from->text))
            return false;
        *to = strtod(typed, &end);
        if (end == typed || end[strspn(end, " ")])
            return false;
    }
    return isfinite(*to);
}

static enum err refuse_argument(const struct route_argument *rule, struct text given, struct fault *fault)
{
    const struct text shown = { given.len < 60 ? given.len : 60, given.at };

    fault_set(fault, ERR_BAD_REQUEST, "%s \"%.*s\" is invalid", rule->kind == ROUTE_FIELDS ? "the field" : rule->name,
              TEXT_ARG(shown));
    if (rule->kind == ROUTE_FIELDS)
        return fault_hint(fault, "expected NAME=VALUE with one of the names %s", rule->words);
    if (rule->words)
        return fault_hint(fault, "expected one of %s", rule->words);
    if (rule->kind == ROUTE_SWITCH)
        return fault_hint(fault, "expected 0 or 1, on or off");
    return fault_hint(fault, "expected a number from %g to %g", rule->min, rule->max);
}

/* The range of a whole number is checked after its fraction is cut: 5.9 is 5. */
static enum err take_number(const struct route_argument *rule, struct packet_argument *from, struct arena *arena,
                            struct text *to, struct fault *fault)
{
    double number;
    bool is_valid = read_number(from, &number);

    if (is_valid && rule->kind == ROUTE_WHOLE)
        number = trunc(number);
    if (!is_valid || number < rule->min || number > rule->max)
        return refuse_argument(rule, packet_text(from, arena), fault);
    *from = (struct packet_argument){ .kind = PACKET_NUMBER, .number = number };
    *to = rule->kind == ROUTE_WHOLE ? arena_printf(arena, "%lld", (long long)number)
                                    : arena_printf(arena, "%.17g", number);
    return ERR_OK;
}

static bool is_among(struct text word, const char *words)
{
    while (word.len && words && *words) {
        const size_t len = strcspn(words, ",");

        if (text_equal(word, (struct text){ (uint32_t)len, words }))
            return true;
        words += len + (words[len] == ',');
    }
    return false;
}

static enum err take_switch(const struct route_argument *rule, struct packet_argument *from, struct arena *arena,
                            struct text *to, struct fault *fault)
{
    double number = 0;
    const struct text typed = packet_text(from, arena);
    const bool is_on = is_among(typed, "on,true,yes") || text_is(typed, rule->name);

    if (!is_on && !is_among(typed, "off,false,no") && !read_number(from, &number))
        return refuse_argument(rule, typed, fault);
    number = is_on || fabs(number) > 0;
    *from = (struct packet_argument){ .kind = PACKET_NUMBER, .number = number };
    *to = number > 0 ? TEXT("true") : TEXT("false");
    return ERR_OK;
}

static bool is_name(const struct route_argument *rule)
{
    return is_among(text_of(rule->name), "name,file");
}

static enum err take_text(const struct route_argument *rule, struct packet_argument *from, struct arena *arena,
                          struct text *to, struct fault *fault)
{
    *to = packet_text(from, arena);
    *from = (struct packet_argument){ .kind = PACKET_TEXT, .text = *to };
    if (rule->words && !is_among(*to, rule->words))
        return refuse_argument(rule, *to, fault);
    if (is_name(rule) && (to->len == 0 || (text_is(text_of(rule->name), "name") && to->len > NAME_MOST)))
        return message_fault(MESSAGE_BAD_NAME, *to, (struct text){ 0 }, fault);
    return ERR_OK;
}

static struct text list_one(struct text name, struct arena *arena)
{
    struct buffer list = { 0 };

    buffer_add_text(&list, "[");
    json_text(&list, name);
    buffer_add_text(&list, "]");
    return arena_take(arena, &list);
}

static enum err take_argument(const struct route_argument *rule, struct packet_argument *from, struct arena *arena,
                              struct text *to, struct fault *fault)
{
    uint32_t slot;
    enum err e;

    switch (rule->kind) {
    case ROUTE_SLOT:
        *to = packet_text(from, arena);
        return message_read_slot(*to, &slot, fault);
    case ROUTE_PATTERN:
        *to = packet_text(from, arena);
        return message_is_slot(*to) ? message_read_slot(*to, &slot, fault) : ERR_OK;
    case ROUTE_WHOLE:
    case ROUTE_REAL:
        return take_number(rule, from, arena, to, fault);
    case ROUTE_SWITCH:
        return take_switch(rule, from, arena, to, fault);
    case ROUTE_NAMES:
        e = take_text(rule, from, arena, to, fault);
        *to = list_one(*to, arena);
        return e;
    default:
        return take_text(rule, from, arena, to, fault);
    }
}

/* ---- the ask ---- */

static enum err assign_field(const struct osc_request *request, const char *field, struct text value,
                             struct arena *arena, struct fault *fault)
{
    if (!request->ask || !field)
        return ERR_OK;
    return json_assign(request->ask->request, arena_printf(arena, "%s=%.*s", field, TEXT_ARG(value)), arena,
                       request->body, fault);
}

static enum err begin_body(struct osc_request *request, struct arena *arena, struct fault *fault)
{
    enum err e = ERR_OK;

    if (!request->ask)
        return ERR_OK;
    request->body = arena_alloc(arena, request->ask->request->size);
    for (uint32_t i = 0; i < 2 && request->route->fixed[i] && e == ERR_OK; i++)
        e = json_assign(request->ask->request, text_of(request->route->fixed[i]), arena, request->body, fault);
    return e;
}

/* "recent=10.9" is "recent=10". */
static struct text cut_fraction(struct text typed, struct text name, struct arena *arena)
{
    const struct text value = { typed.len - name.len - 1, typed.at + name.len + 1 };
    double number;

    if (!is_among(name, "recent,offset,limit") || !message_read_whole(value, &number) || !(fabs(number) < 1e15))
        return typed;
    return arena_printf(arena, "%.*s=%lld", TEXT_ARG(name), (long long)number);
}

/* Touch controllers send 1 when a button is pressed, and 0 when it is released. */
static bool is_button(const struct packet_message *message)
{
    return message->count == 1 && message->each[0].kind == PACKET_NUMBER;
}

/* The arguments from `first` on. */
static enum err take_fields(const struct packet_message *message, uint32_t first, struct osc_request *request,
                            struct arena *arena, struct fault *fault)
{
    const struct route_argument *rule = &request->route->arguments[first];
    enum err e = ERR_OK;

    if (is_button(message))
        return ERR_OK;
    for (uint32_t i = first; i < message->count && e == ERR_OK; i++) {
        struct text typed = packet_text(&message->each[i], arena), name = typed;
        const char *equals = typed.len ? memchr(typed.at, '=', typed.len) : NULL;

        name.len = equals ? (uint32_t)(equals - typed.at) : 0;
        if (!is_among(name, rule->words))
            return refuse_argument(rule, typed, fault);
        typed = cut_fraction(typed, name, arena);
        if (rule->field)
            typed = arena_printf(arena, "%s.%.*s", rule->field, TEXT_ARG(typed));
        e = json_assign(request->ask->request, typed, arena, request->body, fault);
    }
    return e;
}

static enum err refuse_missing(const struct route_argument *rule, struct fault *fault)
{
    if (rule->kind == ROUTE_SLOT)
        return message_fault(MESSAGE_NO_SLOT, (struct text){ 0 }, (struct text){ 0 }, fault);
    if (is_name(rule))
        return message_fault(MESSAGE_BAD_NAME, (struct text){ 0 }, (struct text){ 0 }, fault);
    fault_set(fault, ERR_BAD_REQUEST, "the argument %s is missing", rule->name);
    return fault_hint(fault, "/routes lists the arguments of each address");
}

static bool names_slot(const struct route_argument *rule, struct text value)
{
    return rule->kind == ROUTE_PATTERN && message_is_slot(value);
}

/* Further arguments are ignored. */
static enum err take_arguments(const struct packet_message *message, struct osc_request *request, struct arena *arena,
                               struct fault *fault)
{
    enum err e = ERR_OK;

    for (uint32_t i = 0; i < ROUTE_ARGUMENTS && request->route->arguments[i].kind && e == ERR_OK; i++) {
        const struct route_argument *rule = &request->route->arguments[i];
        struct packet_argument one;
        struct text value;

        if (rule->kind == ROUTE_FIELDS)
            return take_fields(message, i, request, arena, fault);
        if (i >= message->count)
            return rule->is_optional ? ERR_OK : refuse_missing(rule, fault);
        one = message->each[i];
        e = take_argument(rule, &one, arena, &value, fault);
        if (e == ERR_OK)
            e = assign_field(request, names_slot(rule, value) ? "slot" : rule->field, value, arena, fault);
        if (i == 0)
            request->given = one;
    }
    return e;
}

static enum err check_bounds(const struct osc_request *request, struct fault *fault)
{
    struct buffer bytes = { 0 };
    enum err e = request->ask ? codec_encode(request->ask->request, request->body, &bytes, fault) : ERR_OK;

    buffer_free(&bytes);
    return e;
}

static bool is_release(const struct packet_message *message, const struct osc_route *route)
{
    return !route->value && (route->arguments[0].kind == ROUTE_NONE || routes_takes_fields(route)) &&
           is_button(message) && !(fabs(message->each[0].number) > 0);
}

static enum err refuse_address(struct text address, struct fault *fault)
{
    fault_set(fault, ERR_NOT_FOUND, "no address %.*s", TEXT_ARG(address));
    return fault_hint(fault, "/routes lists all addresses");
}

enum err request_make(const struct packet_message *message, struct arena *arena, struct osc_request *to,
                      struct fault *fault)
{
    const struct osc_route *route = routes_find(message->address);
    enum err e;

    if (!route)
        return refuse_address(message->address, fault);
    *to = (struct osc_request){ .route = route, .ask = route->ask ? schema_ask(text_of(route->ask)) : NULL };
    to->is_nothing = is_release(message, route);
    to->is_read = route->value && (message->count == 0 || !route->ask);
    if (to->is_nothing || to->is_read)
        return ERR_OK;
    e = begin_body(to, arena, fault);
    if (e == ERR_OK)
        e = take_arguments(message, to, arena, fault);
    return e == ERR_OK ? check_bounds(to, fault) : e;
}

bool request_set_frame(struct osc_request *request, struct arena *arena, int64_t frame)
{
    const struct field *at = request->ask ? schema_field(request->ask->request, TEXT("at")) : NULL;

    if (!at || !request->body || at->type != FIELD_INT) /* "at" of a kit is the next step or bar */
        return false;
    return json_assign(request->ask->request, arena_printf(arena, "at=%lld", (long long)frame), arena, request->body,
                       NULL) == ERR_OK;
}
