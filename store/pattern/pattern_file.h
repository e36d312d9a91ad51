/* pattern_file.h: the file of a pattern (docs/patterns.md): read with coercion, checked, written in one canonical form.
 * Any thread; everything lies in the caller's arena. */
#ifndef LOOPHOLE_STORE_PATTERN_FILE_H
#define LOOPHOLE_STORE_PATTERN_FILE_H

#include "common/buffer.h"
#include "store/pattern/pattern_coerce.h"

enum { PATTERN_FILE_BYTES = 1 << 20 };

struct pattern_file {
    struct pattern pattern;
    struct json_node rest; /* the file's own tree, for keys that the schema lacks; zeroed: pattern.unknown has them */
    struct pattern_paths paths;
};

/* Reads and checks a whole file; use nothing of `to` after an error. Numbers may be texts, whole numbers may end in
 * ".0", one value may stand for a list of one, notes may be names. Both shapes of schema 0 are converted to 1.0.
 * Errors: bad_request (not JSON; a wrong value, with its place: "sequencer.tracks.kick.pattern"), too_large, version (a
 * schema newer than 1). */
enum err pattern_file_read(struct text from, struct arena *arena, struct pattern_file *to, struct fault *fault);

/* Appends the canonical form: keys in the schema's order, then unknown ones in the order of the file; rows as an
 * object in their order, each with a name; media_id as an id; no numbers of slots in memory except of rows without an
 * id. Equal patterns give equal bytes, and reading them gives the same pattern. */
void pattern_file_write(const struct pattern_file *file, struct buffer *to);

/* The same as a text for a file. Unknown keys may take more room than in the file that was read. Errors (explained):
 * too_large (the file could not be read again). */
enum err pattern_file_text(const struct pattern_file *file, struct arena *arena, struct text *to, struct fault *fault);

#endif
