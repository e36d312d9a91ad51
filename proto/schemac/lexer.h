/* lexer.h: the lines of a schema and their elements. Each function that takes an element skips the spaces before it.
 * After an error it reports and returns ERR_BAD_REQUEST. Texts point into the file's content. One thread. */
#ifndef LOOPHOLE_SCHEMAC_LEXER_H
#define LOOPHOLE_SCHEMAC_LEXER_H

#include "proto/schemac/model.h"

struct schema_lexer {
    const char *path;
    const char *at; /* the next character */
    const char *line_start;
    const char *line_end;
    const char *next; /* start of the next line */
    const char *end;  /* of the file */
    uint32_t line;
};

/* Refuses bytes that no schema may contain: invalid UTF-8, tabs and other control characters. */
enum err lexer_start(struct schema_lexer *lexer, const char *path, struct text text);

/* Goes to the next line with content; skips empty lines and comments. False at the end of the file. */
bool lexer_next_line(struct schema_lexer *lexer);
bool lexer_is_indented(const struct schema_lexer *lexer);

struct source_place lexer_place(struct schema_lexer *lexer);      /* of the next element in the line, after spaces */
struct source_place lexer_here(const struct schema_lexer *lexer); /* of the next character */
bool lexer_at_end(struct schema_lexer *lexer);                    /* at the end of the line, or before its comment */
enum err lexer_expect_end(struct schema_lexer *lexer);
struct text lexer_comment(struct schema_lexer *lexer); /* without the #; empty if there is none; ends the line */

/* Take `sign` if it comes next. lexer_take_glued allows no space before it, as between the parts of a type. */
bool lexer_take(struct schema_lexer *lexer, const char *sign);
bool lexer_take_glued(struct schema_lexer *lexer, const char *sign);

/* `what` names the missing element in the message: "the name of a field". */
enum err lexer_name(struct schema_lexer *lexer, const char *what, struct text *name);
enum err lexer_doc(struct schema_lexer *lexer, const char *what, struct text *doc);  /* in quotes, which are removed */
enum err lexer_count(struct schema_lexer *lexer, const char *what, uint32_t *count); /* 1 to 2^31 - 1 */

/* Returns a number as written, up to the first character that cannot belong to it, such as ".."; empty if there is
 * none. */
struct text lexer_number(struct schema_lexer *lexer);

/* Returns an example as written: a quoted text, a list in brackets, or a run without spaces. */
enum err lexer_example(struct schema_lexer *lexer, struct text *example);

#endif
