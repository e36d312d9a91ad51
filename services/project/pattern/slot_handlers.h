/* slot_handlers.h: the handlers of the asks about slots and banks. The loop's thread. It declares what slot_handlers.c,
 * slot_job.c, slot_load.c, slot_compare.c and states.c define. */
#ifndef LOOPHOLE_PROJECT_SLOT_HANDLERS_H
#define LOOPHOLE_PROJECT_SLOT_HANDLERS_H

#include "schema_audio.h"
#include "services/project/pattern/slot.h"
#include "services/project/pattern/slot_io.h"

extern const struct handler slot_handler_save, slot_handler_load, slot_handler_list, slot_handler_change,
    slot_handler_bank;
extern const struct handler slot_handler_compare; /* slot_compare.c */
extern const struct handler state_handler_snapshot, state_handler_apply, state_handler_capture,
    state_handler_restore; /* states.c */

/* One slot during a handler. */
struct slot_place {
    struct slot_row row;
    enum err read;       /* of its file */
    struct text why;     /* it could not be read */
    struct text file;    /* as read */
    bool is_out;         /* the file is a link out of the project's folder, so there is none */
    struct text earlier; /* the slot's text before the change, as the store had it */
    struct text backup;  /* the newest good one of a file that is not a pattern */
    struct text content; /* the slot's true text; "": it is empty */
    bool adopts;         /* its file was changed by another program, and is the truth */
    bool heals;          /* its file is not what the store has */
    bool writes;         /* a new text is to be written to its file */
};

/* The state of a handler; in work->kept. */
struct slot_job {
    struct text folder, said, bank;
    uint32_t bank_number, active, count;
    struct slot_place *places;
    struct pattern_file *pattern;
    struct pattern_file *playing; /* of slot_take_playing; all absent: none plays */
    struct slot_said loaded;      /* the audio core's answer about a pattern that it received */
    struct song_entry entry;      /* of a song that is played */
    uint32_t entry_number;
};

struct slot_job *slot_job_of(struct work *work); /* the work's own state; lives as long as the work */

/* Finds folder and banks of the project. Errors (explained): not_found (the project has no folder). */
enum err slot_job_begin(struct work *work, struct txn *txn, struct slot_banks *banks, struct fault *fault);

/* Gives a file its slot and its name in the project's folder. */
void slot_job_name_file(struct slot_file *file, uint32_t number);

/* Reads the files of `count` slots of the current bank (`before` or `after`). */
void slot_job_read(struct work *work, const uint32_t *slots, uint32_t count);

/* Begins a job on the slot with that number in words, and reads its file. Errors: those of both. */
enum err slot_job_begin_one(struct work *work, struct txn *txn, struct text number, struct fault *fault);

void slot_job_read_bank(struct work *work); /* all files of the bank; names no backup of one that is not a pattern */

/* Compares each slot's file, or one, with the store. Fills content, adopts and heals. */
enum err slot_job_compare_one(struct work *work, struct txn *txn, struct slot_place *place, struct fault *fault);
enum err slot_job_compare(struct work *work, struct txn *txn, struct fault *fault);

/* The content of a slot as a pattern. Errors (explained): not_found (it is empty), bad_request (corrupt), version. */
enum err slot_job_pattern(struct work *work, const struct slot_place *place, struct pattern_file *to,
                          struct fault *fault);

/* Compares, reads the first slot's content as job->pattern, and keeps both until the answer. Errors as those of
 * slot_job_compare and slot_job_pattern. */
enum err slot_job_keep(struct work *work, struct txn *txn, struct fault *fault);

/* Plans to write the texts of the store. After a repeated ask these are the texts of its first copy. */
void slot_job_take_stored(struct work *work, struct txn *txn);

/* Writes the files that differ from the store. A file that only heals gets the current text of its slot: another client
 * may have saved it since the plan. `waits`: the phase continues when they are on the disk. */
void slot_job_write(struct work *work, struct txn *txn, bool waits);

/* Sends actions as one step of undo of the project; none are no step. */
enum err slot_job_send(struct work *work, const char *label, struct action *actions, uint32_t count,
                       struct fault *fault);

/* A file that another program wrote becomes the content of its slot, without a step of undo. Returns the number of
 * actions. */
uint32_t slot_job_adopt(struct work *work, struct action *to);

/* Of the answer to audio.pattern: the playing pattern. */
void slot_take_playing(struct work *work, const void *answer);

/* Sets a pattern's time to now, and its name to `name`, or to `otherwise` if it has no name and `name` is empty. */
void slot_name_pattern(struct pattern *pattern, struct text name, struct text otherwise);

/* The text of a pattern's file; it lives until the answer. */
struct text slot_job_text(struct work *work, const struct pattern_file *file);

/* Sends a pattern to the audio core (`before` or `after`), without its tempo while the project's lock is on. The second
 * sends a whole request, which it may change. */
enum err slot_job_sound(struct work *work, struct txn *txn, const struct pattern *pattern, bool immediate,
                        struct fault *fault);
enum err slot_job_set_pattern(struct work *work, struct txn *txn, struct audio_set_pattern *request,
                              struct fault *fault);

/* Reports that the files of the job's slots could not be written; work->filed has the cause. Returns its code. */
enum err slot_job_say_failed(struct work *work, struct fault *fault);

/* Answers with the sentence, or with the fault of the files. */
enum err slot_answer_said(struct work *work, struct txn *txn, struct fault *fault);

/* A handler's explain: an error that the table does not name gets [PATTERN] Error: WHY. */
void slot_job_explain(const struct work *work, struct fault *fault);

/* For an ask that this service sends to itself, whose request id is in use: gives the mutations of the handler another
 * id. A repeated ask gets the same one. */
void slot_job_separate(struct work *work);

uint32_t slot_in_bank(uint32_t number); /* 1 to 128 */
void slot_job_answer(struct work *work, struct slot_said *said);

#endif
