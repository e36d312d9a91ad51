/* kit_handlers.h: what the service does for the asks about kits, as tables for work.h. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_KIT_HANDLERS_H
#define LOOPHOLE_PROJECT_KIT_HANDLERS_H

#include "schema_kit.h"
#include "services/project/handlers/work.h"

extern const struct handler kit_handler_list, kit_handler_show, kit_handler_set, kit_handler_remove;
extern const struct handler kit_handler_new, kit_handler_new_in_project; /* of another scope, of the scope project */
extern const struct handler kit_handler_build, kit_handler_build_in_project; /* kit_build.c */
extern const struct handler kit_handler_load;                                /* kit_load.c */

extern const struct handler kit_handler_swap, kit_handler_randomise, kit_handler_lock; /* kit_swap.c */
extern const struct handler kit_handler_copy, kit_handler_copy_in_project;             /* kit_copy.c */

extern const struct handler kit_handler_pattern; /* kit_pattern.c */
extern const struct handler kit_handler_commit;  /* kit_commit.c */

struct id kit_made_id(const struct work *work); /* of a new kit: a repeated ask makes the same one */

/* What a kit of the scope lies under; of the scope project: the project of the work. Errors (explained):
 * bad_request. */
enum err kit_find_owner(const struct work *work, struct choice scope, struct id *to, struct fault *fault);

/* Sends actions on kits; the answer has the kit that they put. The step belongs to the project `owner`, or to the
 * catalogue. Errors: those of work_apply. */
enum err kit_send(struct work *work, const struct action *actions, uint32_t count, struct id owner, const char *label,
                  struct fault *fault);

/* In `plan`, if persist has done the ask: it sends its first answer for the request id, whatever the action. If it has
 * just forgotten that answer, it refuses the action. */
enum err kit_ask_for_answer(struct work *work, struct fault *fault);

/* Plans a new kit with the scope, name, family, tags, author, licence and slots of `kit`. Errors (explained):
 * bad_request, exists, too_large; those of work_apply. */
enum err kit_plan_new(struct work *work, struct txn *txn, struct kit *kit, struct fault *fault);

/* `answer`: the kit as persist committed it. Errors (explained): internal; those of kit_body_read. */
enum err kit_answer(struct work *work, struct txn *txn, struct fault *fault);
/* The same, with the pads whose sounds the core could not load. */
enum err kit_answer_with(struct work *work, struct txn *txn, const struct silent_sound_list *silent,
                         struct fault *fault);

/* Notes what the catalogue knows of the sounds of a slot, for the time when it does not. A placeholder's reason belongs
 * to a slot without sounds. */
void kit_note_sounds(struct txn *txn, struct arena *arena, struct kit_slot *slot);

/* The kit that an ask names. Errors (explained): not_found; those of kit_body_read. */
enum err kit_read_named(struct work *work, struct txn *txn, struct text project, struct text named,
                        struct element *part, struct kit *to, struct fault *fault);

#endif
