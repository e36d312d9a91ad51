/* terms.h: the dictionary: every word and value by which an item can be found, with its rows. A term is a field (one
 * byte) and a folded text. A value that is shown also has its original form after a zero: field, "tr808", 0, "TR808".
 * Terms are numbered in order of arrival and never removed. They are found by hash, or in order by a common start. One
 * thread. */
#ifndef LOOPHOLE_SEARCH_TERMS_H
#define LOOPHOLE_SEARCH_TERMS_H

#include "common/text.h"
#include "services/search/containers/hash_table.h"
#include "services/search/containers/posting.h"

enum term_field {
    TERM_ALL = 1, /* one term, without text: every row */
    TERM_HAS,     /* "vector", "use" */
    TERM_NAME,    /* words of the name */
    TERM_TAG_WORD,
    TERM_PACK_WORD,
    TERM_NOTES,  /* words of the notes */
    TERM_PLACE,  /* words of the names of file and folders, up to the library */
    TERM_REMOTE, /* words of its remote address */
    TERM_LABEL,  /* words of the file's own tags: title, artist, album, comment and others */
    TERM_TAG,    /* from here on: values */
    TERM_PACK,
    TERM_KIND,
    TERM_ORIGIN,
    TERM_CLASS,
    TERM_FAMILY,
    TERM_GENRE,
    TERM_ARTIST,
    TERM_ALBUM,
    TERM_KEY,
    TERM_NOTE, /* from the analysis: A4 */
    TERM_CONTAINER,
    TERM_FORMAT,
    TERM_COLOUR,  /* a person's */
    TERM_IS,      /* favourite, hidden, local, … */
    TERM_VOLUME,  /* id, 16 bytes */
    TERM_FOLDER,  /* id, 16 bytes */
    TERM_CONTEXT, /* names of the contexts that use it */
    TERM_ROLE,    /* its roles there */
    TERM_SECTION, /* and its sections */
    TERM_TRACK,   /* and its tracks */
    TERM_FOR,     /* a role or section, and how often: role_counts.h */
    TERM_FIELDS
};

enum { TERM_LONGEST = 1 + 512 + 1 + 512 }; /* bytes of a key */

struct term {
    uint32_t text; /* offset of its key */
    uint32_t len;
};

struct terms {
    struct column terms;  /* struct term by number */
    struct column texts;  /* bytes */
    struct column sorted; /* uint32_t: numbers sorted by key; later ones follow unsorted */
    uint32_t sorted_count;
    struct hash_table table;  /* numbers */
    struct posting *postings; /* by number */
    uint32_t room;            /* of postings */
};

enum err terms_open(struct terms *terms); /* full */
void terms_close(struct terms *terms);

void terms_sort(struct terms *terms); /* sorts all terms */

/* Checks the mapped columns, which were written when all terms were sorted; the postings are empty. Errors: full;
 * internal (a key outside the texts, a number outside the terms). */
enum err terms_adopt(struct terms *terms);

uint32_t terms_count(const struct terms *terms);
struct text terms_key(const struct terms *terms, uint32_t number);         /* valid until the next add */
struct text terms_value(const struct terms *terms, uint32_t number);       /* as shown */
struct posting *terms_posting(const struct terms *terms, uint32_t number); /* valid until the next add */

/* False: unknown key. */
bool terms_find(const struct terms *terms, struct text key, uint32_t *number);
enum err terms_add(struct terms *terms, struct text key, uint32_t *number); /* finds or adds it; full */

/* The numbers of the keys that begin with `start`, in order: at[0 .. count). Valid until the next add. */
struct term_range {
    const uint32_t *at;
    uint32_t count;
};
struct term_range terms_starting(struct terms *terms, struct text start);

/* Writes and returns the start of a key, `field` and `text`, cut at TERM_LONGEST. */
struct text terms_start(char to[TERM_LONGEST], enum term_field field, struct text text);

#endif
