/* lexer.h: a schema's lines and what is in them. Each taking function skips the spaces before; on an error it
 * reports and returns ERR_BAD_REQUEST. Texts point into the file's contents. One thread. */
#ifndef LOOPHOLE_SCHEMAC_LEXER_H
#define LOOPHOLE_SCHEMAC_LEXER_H

#include "proto/schemac/model.h"

struct schema_lexer {
    const char *path;
    const char *at; /* the next character */
    const char *line_start;
    const char *line_end;
    const char *next; /* where the next line starts */
    const char *end;  /* of the file */
    uint32_t line;
};

/* Refuses what no schema may hold: bytes that are not UTF-8, tabs and other control characters. */
enum err lexer_start(struct schema_lexer *lexer, const char *path, struct text text);

/* Goes to the next line that is neither empty nor only a comment; false at the end of the file. */
bool lexer_next_line(struct schema_lexer *lexer);
bool lexer_is_indented(const struct schema_lexer *lexer);

struct source_place lexer_place(struct schema_lexer *lexer);      /* of what comes next in the line, after spaces */
struct source_place lexer_here(const struct schema_lexer *lexer); /* of the very next character */
bool lexer_at_end(struct schema_lexer *lexer);                    /* of the line, or before its comment */
enum err lexer_expect_end(struct schema_lexer *lexer);
struct text lexer_comment(struct schema_lexer *lexer); /* without the #; empty when there is none; ends the line */

/* Takes `sign` when it comes next, with no space before it when it is glued (as are the parts of a type). */
bool lexer_take(struct schema_lexer *lexer, const char *sign);
bool lexer_take_glued(struct schema_lexer *lexer, const char *sign);

/* `what` is asked for in the message: "the name of a field". */
enum err lexer_name(struct schema_lexer *lexer, const char *what, struct text *name);
enum err lexer_doc(struct schema_lexer *lexer, const char *what, struct text *doc);  /* in quotes; returned without */
enum err lexer_count(struct schema_lexer *lexer, const char *what, uint32_t *count); /* 1 to 2^31 - 1 */

/* A number as written, up to what cannot belong to it; empty when there is none. ".." ends it. */
struct text lexer_number(struct schema_lexer *lexer);

/* An example as written: a quoted text, a list in brackets, or a run without spaces. */
enum err lexer_example(struct schema_lexer *lexer, struct text *example);

#endif
