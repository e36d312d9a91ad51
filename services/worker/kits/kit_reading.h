/* kit_reading.h: a kit, as the reader of a format collects it from an untrusted file. All counts have bounds. One
 * thread. */
#ifndef LOOPHOLE_WORKER_KIT_READING_H
#define LOOPHOLE_WORKER_KIT_READING_H

#include "common/arena.h"
#include "common/err.h"
#include "schema_worker.h"
#include "services/worker/sessions/unpack.h"

enum {
    KIT_SLOTS = 128,
    KIT_LAYERS = 32, /* of a slot */
    KIT_WORDS = 64,
    KIT_FILE_MOST = 1024, /* bytes of the path of a sound */
    KIT_NAME_MOST = 80,   /* bytes of texts, as in the schema */
    KIT_LINE_MOST = 255,
    KIT_TEXT_MOST = 1024,
};

struct kit_reading {
    struct arena *arena;
    struct kit_file *to;
};

/* The sounds of a slot, and their files. */
struct kit_sounds {
    uint32_t count;
    struct kit_layer at[KIT_LAYERS];
    struct text files[KIT_LAYERS];
};

/* Makes an empty kit in `arena`, which has no limit and must outlive it. */
void kit_reading_begin(struct kit_reading *reading, struct arena *arena, struct kit_file *to);

/* A layer for all velocities, without gain and pitch. */
struct kit_layer kit_reading_layer(void);

/* Adds a layer with the file's path. Corrects values outside the bounds of the schema, and counts them as odd. False:
 * the slot has KIT_LAYERS already. */
bool kit_reading_add_layer(struct kit_reading *reading, struct kit_sounds *to, const struct kit_layer *layer,
                           struct text file);

/* Adds a slot on the next pad, with a copy of its sounds. The name is made one that no other slot has. Errors
 * (explained): too_large (KIT_SLOTS). */
enum err kit_reading_add_slot(struct kit_reading *reading, const struct kit_slot *slot, struct text name,
                              const struct kit_sounds *sounds, struct fault *fault);

/* Removes the notes that the pads have anyway; and with `has_default` a note that all slots have, because it is the
 * default of the program. */
void kit_reading_end(struct kit_reading *reading, bool has_default);

/* Counts a word that has no place in a kit. Beyond KIT_WORDS different ones it counts under "…". */
void kit_reading_odd(struct kit_reading *reading, struct text word);

/* A text of the kit, repaired, without control characters, cut at `max` bytes. */
struct text kit_reading_text(struct kit_reading *reading, struct text text, uint32_t max);

/* Takes a line that an export of ours wrote for what the format has no place for: name, author, licence, family or tag
 * of the kit; why or locked of the slot. `slot` may be NULL: the line is outside a slot. Anybody may have written it:
 * texts are cut, and further tags counted as odd. False: the key is unknown. */
bool kit_reading_record(struct kit_reading *reading, struct kit_slot *slot, struct text key, struct text value);

/* False: it is no finite decimal number. */
bool kit_reading_number(struct text text, double *to);

/* Sets a value of the schema: clamped to `least` … `most`, and then counted as odd under `word`. */
double kit_reading_clamp(struct kit_reading *reading, const char *word, double value, double least, double most);

#endif
