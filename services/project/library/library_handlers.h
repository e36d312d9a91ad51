/* library_handlers.h: the handlers of the asks about the library of patterns. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_LIBRARY_HANDLERS_H
#define LOOPHOLE_PROJECT_LIBRARY_HANDLERS_H

#include "services/project/library/library_job.h"

extern const struct handler library_handler_list, library_handler_save, library_handler_load, library_handler_change;
extern const struct handler library_handler_undo, library_handler_redo;
extern const struct handler library_handler_similar, library_handler_similar_to_slot; /* library_similar.c */
extern const struct handler library_handler_export, library_handler_export_slot,
    library_handler_import;                                                  /* library_midi.c */
extern const struct handler library_handler_read, library_handler_read_slot; /* library_midi.c */

/* The given pattern, or the one that plays (`before`); then its text, for the job. */
enum err library_read_given(struct work *work, struct text file, struct fault *fault);
struct text library_given_text(struct work *work);
/* In the thread: the order of lines by name, and the answer's copy of lines: the texts of the library are valid only
 * under its lock. Errors (explained): too_large. */
int library_by_name(const void *a, const void *b);
enum err library_keep_lines(struct library_job *job, const struct library_pattern_list *lines, struct fault *fault);
/* In the thread: the text of the pattern with that name or place, also of an archived one. Errors (explained): those of
 * library_find and library_text. */
enum err library_find_text(struct library_job *job, struct text name, struct fault *fault);
/* In the thread: finds the answer to the same ask in job->said, or does the step. */
enum err library_find_first_answer(struct library_job *job, struct fault *fault);
enum err library_do_step(struct library_job *job, struct library_step *step, struct fault *fault);

#endif
