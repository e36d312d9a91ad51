#include "services/worker/sessions/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct xml {
    XML_Parser parser;
    const struct xml_events *events;
    const char *why; /* the parser was stopped; NULL: it was not */
    int64_t given;   /* bytes */
    int depth;
    uint32_t text_len;
    char text[XML_TEXT_MAX];
    uint32_t ends[XML_DEEPEST + 1]; /* length of `path` at each depth */
    char path[XML_DEEPEST * (XML_NAME_MAX + 1) + 1];
};

const char *xml_attribute(const struct xml_element *element, const char *name)
{
    for (const char **at = element->attributes; at && at[0]; at += 2)
        if (strcmp(at[0], name) == 0)
            return at[1];
    return "";
}

static void stop_reading(struct xml *xml, const char *why)
{
    if (!xml->why)
        xml->why = why;
    XML_StopParser(xml->parser, XML_FALSE);
}

static void open_element(void *state, const char *name, const char **attributes)
{
    struct xml *xml = state;
    size_t len = strlen(name);

    if (xml->why)
        return;
    if (xml->depth == XML_DEEPEST || len > XML_NAME_MAX) {
        stop_reading(xml,
                     len > XML_NAME_MAX ? "the name of an element is too long" : "its elements are nested too deep");
        return;
    }
    uint32_t at = xml->ends[xml->depth];
    if (at)
        xml->path[at++] = '/';
    memcpy(xml->path + at, name, len + 1);
    xml->ends[++xml->depth] = at + (uint32_t)len;
    xml->text_len = 0;
    const struct xml_element element = { xml->path + at, attributes, xml->depth, xml->path };
    xml->events->begin(xml->events->state, &element);
}

/* Expat still reports the end of an empty element at whose beginning it was stopped. */
static void close_element(void *state, const char *name)
{
    struct xml *xml = state;
    const struct xml_element element = { name, NULL, xml->depth, xml->path };

    if (xml->why)
        return;
    if (xml->events->end)
        xml->events->end(xml->events->state, &element, (struct text){ xml->text_len, xml->text });
    xml->depth--;
    xml->path[xml->ends[xml->depth]] = 0;
    xml->text_len = 0;
}

static void add_text(void *state, const char *text, int len)
{
    struct xml *xml = state;
    uint32_t room = XML_TEXT_MAX - xml->text_len, count = (uint32_t)len < room ? (uint32_t)len : room;

    memcpy(xml->text + xml->text_len, text, count);
    xml->text_len += count;
}

static void take_comment(void *state, const char *text)
{
    struct xml *xml = state;
    const size_t len = strnlen(text, XML_TEXT_MAX);

    if (!xml->why && xml->events->comment)
        xml->events->comment(xml->events->state, (struct text){ (uint32_t)len, text });
}

static void refuse_entity(void *state, const char *name, int is_parameter, const char *value, int len, const char *base,
                          const char *system, const char *public, const char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)len, (void)base, (void)system, (void)public, (void)notation;
    stop_reading(state, "it declares entities");
}

static unsigned long line_of(XML_Parser parser)
{
#if XML_MAJOR_VERSION * 1000 + XML_MINOR_VERSION >= 2009
    return (unsigned long)XML_GetCurrentLineNumber64(parser);
#else
    return (unsigned long)XML_GetCurrentLineNumber(parser);
#endif
}

/* The token whose end has not come yet begins at the current index. */
static enum err check_token(struct xml *xml, struct fault *fault)
{
    int64_t at = XML_GetCurrentByteIndex(xml->parser);

    if (at < 0 || xml->given - at <= XML_TOKEN_MAX)
        return ERR_OK;
    return fault_set(fault, ERR_BAD_REQUEST, "the file cannot be read: line %lu has a tag or a comment of over %d MiB",
                     line_of(xml->parser), XML_TOKEN_MAX >> 20);
}

static enum err parse_piece(struct xml *xml, struct text piece, struct fault *fault)
{
    xml->given += piece.len;
    if (XML_Parse(xml->parser, piece.at, (int)piece.len, piece.len == 0) == XML_STATUS_OK)
        return check_token(xml, fault);
    if (xml->why)
        return fault_set(fault, ERR_BAD_REQUEST, "the file cannot be read: %s", xml->why);
    return fault_set(fault, ERR_BAD_REQUEST, "the file is not well-formed XML: %s in line %lu",
                     XML_ErrorString(XML_GetErrorCode(xml->parser)), line_of(xml->parser));
}

enum err xml_read(struct unpack *unpack, const struct xml_events *events, struct fault *fault)
{
    struct xml *xml = alloc_zeroed(1, sizeof(*xml));
    struct text piece = { 1, "" };
    enum err e = ERR_OK;

    xml->events = events;
    xml->parser = alloc_check(XML_ParserCreate(NULL));
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, open_element, close_element);
    XML_SetCharacterDataHandler(xml->parser, add_text);
    XML_SetCommentHandler(xml->parser, take_comment);
    XML_SetEntityDeclHandler(xml->parser, refuse_entity);
    while (e == ERR_OK && piece.len) {
        e = unpack_next(unpack, &piece, fault);
        if (e == ERR_OK)
            e = parse_piece(xml, piece, fault);
    }
    XML_ParserFree(xml->parser);
    free(xml);
    return e;
}
