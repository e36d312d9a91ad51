/* kit_deeds.h: what the service does for the asks about kits, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_KIT_DEEDS_H
#define LOOPHOLE_PROJECT_KIT_DEEDS_H

#include "schema_kit.h"
#include "services/project/deeds/work.h"

extern const struct deed kit_deed_list, kit_deed_show, kit_deed_set, kit_deed_remove;
extern const struct deed kit_deed_new, kit_deed_new_in_project;     /* of another scope, of the scope project */
extern const struct deed kit_deed_build, kit_deed_build_in_project; /* kit_build.c */
extern const struct deed kit_deed_load;                             /* kit_load.c */

extern const struct deed kit_deed_swap, kit_deed_randomise, kit_deed_lock; /* kit_swap.c */
extern const struct deed kit_deed_copy, kit_deed_copy_in_project;          /* kit_copy.c */

extern const struct deed kit_deed_pattern; /* kit_pattern.c */
extern const struct deed kit_deed_commit;  /* kit_commit.c */

struct id kit_made_id(const struct doing *work); /* of a new kit: a repeated ask makes the same one */

/* What a kit of the scope lies under; of the scope project: the project of the work. Errors (explained):
 * bad_request. */
enum err kit_find_owner(const struct doing *work, struct choice scope, struct id *to, struct fault *fault);

/* Sends actions on kits; the answer has the kit that they put. The step belongs to the project `owner`, or to the
 * catalogue. Errors: those of work_apply. */
enum err kit_send(struct doing *work, const struct action *actions, uint32_t count, struct id owner, const char *label,
                  struct fault *fault);

/* In `plan`, if persist has done the ask: it sends its first answer for the request id, whatever the action. If it has
 * just forgotten that answer, it refuses the action. */
enum err kit_ask_for_answer(struct doing *work, struct fault *fault);

/* Plans a new kit with the scope, name, family, tags, author, licence and slots of `kit`. Errors (explained):
 * bad_request, exists, too_large; those of work_apply. */
enum err kit_plan_new(struct doing *work, struct txn *txn, struct kit *kit, struct fault *fault);

/* `answer`: the kit as persist committed it. Errors (explained): internal; those of kit_body_read. */
enum err kit_answer(struct doing *work, struct txn *txn, struct fault *fault);

/* Notes what the catalogue knows of the sounds of a slot, for the time when it does not. A placeholder's reason belongs
 * to a slot without sounds. */
void kit_note_sounds(struct txn *txn, struct arena *arena, struct kit_slot *slot);

/* The kit that an ask names. Errors (explained): not_found; those of kit_body_read. */
enum err kit_read_named(struct doing *work, struct txn *txn, struct text project, struct text named,
                        struct element *part, struct kit *to, struct fault *fault);

#endif
