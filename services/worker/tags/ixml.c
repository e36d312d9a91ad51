#include "services/worker/tags/ixml.h"

#include <stdio.h>
#include <string.h>

#define ROOT_END "</BWFXML>"

/* A part of a text. */
struct span {
    const char *at, *end;
};

static const char *find_in(struct span in, const char *words)
{
    return in.end > in.at ? memmem(in.at, (size_t)(in.end - in.at), words, strlen(words)) : NULL;
}

/* The text between <name> and </name>; false: there is none. */
static bool find_element(struct span in, const char *name, struct span *inside)
{
    char begin[32], end[32];

    (void)snprintf(begin, sizeof(begin), "<%s>", name);
    (void)snprintf(end, sizeof(end), "</%s>", name);
    const char *first = find_in(in, begin);
    if (!first)
        return false;
    *inside = (struct span){ first + strlen(begin), in.end };
    inside->end = find_in(*inside, end);
    return inside->end != NULL;
}

/* ---- reading ---- */

static const struct {
    const char *parent, *name, *attribute;
} ELEMENTS[] = { { "ASWG", "tempo", "bpm" }, { "ASWG", "inKey", "key" }, { "USER", "KEYWORDS", "keywords" } };

static const struct {
    const char *name;
    char letter;
} ENTITIES[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' }, { "&amp;", '&' } };

static size_t undo_entities(struct span from, char *to, size_t room)
{
    size_t len = 0;

    while (from.at < from.end && len < room) {
        char letter = *from.at;
        size_t used = 1;

        for (size_t i = 0; letter == '&' && i < sizeof(ENTITIES) / sizeof(*ENTITIES); i++) {
            size_t size = strlen(ENTITIES[i].name);
            if ((size_t)(from.end - from.at) >= size && memcmp(from.at, ENTITIES[i].name, size) == 0) {
                letter = ENTITIES[i].letter;
                used = size;
                break;
            }
        }
        to[len++] = letter;
        from.at += used;
    }
    return len;
}

void ixml_facts(struct input *input, const struct chunk *chunk, struct labels *labels)
{
    size_t room = chunk->size < IXML_MOST ? (size_t)chunk->size : IXML_MOST;
    char *xml = room > 0 ? arena_alloc(labels->arena, room) : NULL, words[4096];

    if (!xml)
        return;
    const struct span all = { xml, xml + chunk_read(input, chunk, xml, room) };
    for (size_t i = 0; i < sizeof(ELEMENTS) / sizeof(*ELEMENTS); i++) {
        struct span parent, element;

        if (find_element(all, ELEMENTS[i].parent, &parent) && find_element(parent, ELEMENTS[i].name, &element))
            labels_words(labels, ELEMENTS[i].attribute, (const uint8_t *)words,
                         undo_entities(element, words, sizeof(words)), CHARSET_GUESS);
    }
}

/* ---- writing ---- */

static struct span all_of(const struct buffer *xml)
{
    return (struct span){ (const char *)xml->at, (const char *)xml->at + xml->len };
}

/* Replaces the bytes from `at` to `end` of the text by words. */
static void replace_span(struct buffer *xml, size_t at, size_t end, const char *words, size_t len)
{
    struct buffer made = { 0 };

    buffer_add(&made, xml->at, at);
    buffer_add(&made, words, len);
    buffer_add(&made, xml->at + end, xml->len - end);
    buffer_free(xml);
    *xml = made;
}

static void insert_words(struct buffer *xml, const char *before, const char *words)
{
    size_t at = (size_t)(before - (const char *)xml->at);

    replace_span(xml, at, at, words, strlen(words));
}

static void add_escaped(struct buffer *to, struct text value)
{
    for (uint32_t i = 0; i < value.len; i++) {
        const char *name = NULL;

        for (size_t k = 0; k < sizeof(ENTITIES) / sizeof(*ENTITIES); k++)
            if (value.at[i] == ENTITIES[k].letter)
                name = ENTITIES[k].name;
        buffer_add(to, name ? name : &value.at[i], name ? strlen(name) : 1);
    }
}

static void set_element(struct buffer *xml, const char *parent, const char *name, struct text value)
{
    struct span inside, element;
    struct buffer words = { 0 };
    char made[64];

    if (!find_element(all_of(xml), parent, &inside)) {
        (void)snprintf(made, sizeof(made), "<%s></%s>", parent, parent);
        insert_words(xml, find_in(all_of(xml), ROOT_END), made);
        (void)find_element(all_of(xml), parent, &inside);
    }
    if (!find_element(inside, name, &element)) {
        (void)snprintf(made, sizeof(made), "<%s></%s>", name, name);
        insert_words(xml, inside.end, made);
        (void)(find_element(all_of(xml), parent, &inside) && find_element(inside, name, &element));
    }
    add_escaped(&words, value);
    replace_span(xml, (size_t)(element.at - (const char *)xml->at), (size_t)(element.end - (const char *)xml->at),
                 (const char *)words.at, words.len);
    buffer_free(&words);
}

/* Some programs pad the chunk with zeros. */
static void drop_padding(struct buffer *xml)
{
    while (xml->len > 0 && xml->at[xml->len - 1] == 0)
        xml->len--;
}

enum err ixml_set(struct buffer *xml, const struct label_job *job, struct text tags, struct fault *fault)
{
    char tempo[32];

    drop_padding(xml);
    if (xml->len == 0)
        buffer_add_text(xml,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BWFXML><IXML_VERSION>3.00</IXML_VERSION>" ROOT_END
                        "\n");
    if (memchr(xml->at, 0, xml->len) || !find_in(all_of(xml), ROOT_END))
        return fault_set(fault, ERR_BAD_REQUEST, "its iXML chunk is damaged, or not UTF-8");
    (void)snprintf(tempo, sizeof(tempo), "%.6g", job->bpm);
    if (job->bpm > 0)
        set_element(xml, "ASWG", "tempo", text_of(tempo));
    if (job->key.len > 0)
        set_element(xml, "ASWG", "inKey", job->key);
    if (tags.len > 0)
        set_element(xml, "USER", "KEYWORDS", tags);
    return ERR_OK;
}
