/* xml.h: the only file that uses expat: reads XML piece by piece, within bounds. A file that declares entities is
 * refused: no session needs them, and they can multiply a small file. One thread. */
#ifndef LOOPHOLE_WORKER_XML_H
#define LOOPHOLE_WORKER_XML_H

#include "services/worker/sessions/unpack.h"

/* XML_TOKEN_MAX: bytes of a tag with its attributes, or of a comment. Expat reads a token from its beginning again with
 * each piece, so the time grows with the square of its length. LMMS keeps recorded sounds in attributes. */
enum { XML_DEEPEST = 256, XML_NAME_MAX = 64, XML_TEXT_MAX = 4096, XML_TOKEN_MAX = 8 << 20 };

/* An element and its attributes: name, value, name, value, NULL; UTF-8. */
struct xml_element {
    const char *name;
    const char **attributes;
    int depth;        /* 1: the root */
    const char *path; /* names of it and the elements around it: "song/instrumentList/instrument" */
};

/* Returns an attribute's value; "" if there is none. */
const char *xml_attribute(const struct xml_element *element, const char *name);

struct xml_events {
    void (*begin)(void *state, const struct xml_element *element);
    /* `text` is that of the element without its children, cut at XML_TEXT_MAX bytes. May be NULL. */
    void (*end)(void *state, const struct xml_element *element, struct text text);
    void *state;
    /* A comment within the element that began last and has not ended, cut at XML_TEXT_MAX bytes. May be NULL. */
    void (*comment)(void *state, struct text text);
};

/* Errors: bad_request (malformed, with the line; nested too deep; too long a token; entities), those of unpack_next. */
enum err xml_read(struct unpack *unpack, const struct xml_events *events, struct fault *fault);

#endif
