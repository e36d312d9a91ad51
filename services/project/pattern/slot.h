/* slot.h: the slots of a project's patterns in the store. Slot 1 to 128 of bank B has the number 128(B - 1) + slot. Its
 * row has the file's text, so undo and a death between commit and file lose nothing. Another row, which undo does not
 * touch, has the digests of what this engine wrote to the file. All memory is in the arena. One thread for each
 * transaction and arena. */
#ifndef LOOPHOLE_PROJECT_SLOT_H
#define LOOPHOLE_PROJECT_SLOT_H

#include "services/project/handlers/handlers.h"
#include "store/pattern/message.h"
#include "store/pattern/pattern_file.h"

enum { SLOTS_BANKS = 128 };

/* A slot as the store has it. */
struct slot_row {
    uint32_t number;
    uint64_t revision, files_revision; /* 0: there is no such row */
    struct text file;                  /* "": the slot is empty */
    struct tree files;                 /* digests of the last files, newest first */
};

/* Reads both rows of a slot. A slot without rows, or with a damaged one, is empty. */
void slot_read_row(struct txn *txn, struct arena *arena, struct id project, uint32_t number, struct slot_row *to);

/* The revisions of a slot's two rows, which are not parsed. */
void slot_revisions(struct txn *txn, struct arena *arena, struct id project, uint32_t number, uint64_t *revision,
                    uint64_t *files_revision);

/* Reads number and text of a part of a project; false: the part is no slot. */
bool slot_read_part(const struct element *part, struct arena *arena, struct slot_row *to);

struct text slot_digest(struct arena *arena, struct text file); /* of a file's text, in hex digits */

/* True if this engine wrote those bytes to the slot's file. */
bool slot_is_ours(const struct slot_row *row, struct text digest);

/* The actions that give the slot this text ("": empty it), and note what will be in its file. With `apart`, without a
 * step of undo. Returns their number, at most 2. */
uint32_t slot_put(struct arena *arena, struct id project, const struct slot_row *row, struct text file, bool apart,
                  struct action *to);

/* An action that empties a slot that is empty: not_found, unless persist did it for the same request before. */
struct action slot_remove(struct id project, uint32_t number);

/* The banks: which is current, their names, the active slot of each. */
struct slot_banks {
    uint64_t revision;
    uint32_t current;
    struct tree names, active; /* by number */
};
void slot_read_banks(struct txn *txn, struct arena *arena, struct id project, struct slot_banks *to);
struct action slot_put_banks(struct arena *arena, struct id project, const struct slot_banks *banks);
struct text slot_bank_name(const struct slot_banks *banks, struct arena *arena);
uint32_t slot_active(const struct slot_banks *banks);
void slot_set_active(struct slot_banks *banks, struct arena *arena, uint32_t slot);

/* In the project's folder: the lock and the backups of all slots, and a slot's file. */
#define SLOT_LOCK          "patterns/.lock"
#define SLOT_BACKUP_FOLDER "patterns/backups"
enum { SLOT_NAME = 64 };
void slot_name_file(uint32_t number, char name[SLOT_NAME]);

#endif
