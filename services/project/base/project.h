/* project.h: the state of the project service. It reads the store; all changes are asks to persist. All functions run
 * on the service's loop. */
#ifndef LOOPHOLE_PROJECT_PROJECT_H
#define LOOPHOLE_PROJECT_PROJECT_H

#include "common/process/errand.h"
#include "proto/service/service.h"
#include "schema_element.h"
#include "schema_project.h"
#include "store/store.h"

struct project {
    struct service *service;
    const struct paths *paths;
    struct store *store; /* NULL: not opened yet */
    struct mailbox *mailbox;
    struct errands *errands;
    struct errands *checks;           /* file_check.h */
    struct errands *autosaves;        /* autosave/autosave_job.h */
    struct file_io *writes;           /* in progress, or waiting for one of the same file: file_io.c */
    usec_t started;                   /* on the wall clock */
    char folder[PATH_MAX];            /* of projects: the setting project.folder */
    struct id noted;                  /* digest of the uses that were noted last (catalogue/uses_note.h) */
    struct missing_noting *notings;   /* the first one is going (catalogue/missing_note.h) */
    struct media_wait *media_waits;   /* handlers/media_tree.h: works that wait for it */
    bool is_progress_asked;           /* by handlers/media_tree.h; the indexer has not answered yet */
    bool is_media_added;              /* the last ask of handlers/media_tree.h was answered, or could not be sent */
    struct id looked_at;              /* the last project of the pass after a start (catalogue/uses_note.h) */
    struct id swept;                  /* the last project without leftovers (files/leftovers.h) */
    bool is_sweeping;                 /* the next one */
    uint32_t works;                   /* asks in progress */
    uint32_t media_works;             /* … of these, those that write files of Media … */
    uint32_t media_ends;              /* … and those that have ended */
    uint32_t opened;                  /* asks that opened a project */
    usec_t armed;                     /* when a person armed a clip last, on the steady clock (loop/region_play.c) … */
    usec_t armed_by_voice;            /* … and when a voice did, whose change may not be in the store yet */
    struct file_check *checking;      /* in progress; NULL: none */
    struct rechecked *rechecked;      /* handlers/recheck.h */
    struct sound_keeping *sounds;     /* sound/sound.h */
    struct pattern_library *library;  /* of patterns: library/library.h */
    struct project_listing *listings; /* in progress: handlers/handler_list.c */
    struct slot_packing *packing;     /* pattern/slot_pack.h */
    struct slot_write *slot_writes;   /* in progress, or waiting for one of the same folder: pattern/slot_writes.h */
    struct slot_comparing *comparing; /* pattern/slot_compare.h */
    struct slot_lines *lines;         /* pattern/slot_list.h */
    struct song_following *song;      /* pattern/song_follow.h */
    struct midi_following *midi;      /* midi/midi_follow.h */
    bool has_autosaves;               /* the setting project.autosave */
    struct autosaving *autosaving;    /* autosave/autosave.h; NULL: it is closed */
    void (*note_mutation)(struct project *p, struct id project); /* of the same; NULL: it is closed */

    /* Follows the MIDI bindings of the open project as the store has them. Calls `done` once, when the core hits pads
     * by them, or at `until` (steady clock). False: the core does already, or there is none; `done` is not called.
     * NULL: the service does not follow them. */
    bool (*wait_for_midi)(struct project *p, usec_t until, void (*done)(void *state), void *state);
};

/* Errors (explained): io, bad_request (a setting). */
enum err project_open(struct project *p, struct service *service, struct fault *fault);
void project_close(struct project *p);

/* Begins a read transaction; the caller ends it with txn_end within the turn. Errors: those of store_read. */
enum err project_read(struct project *p, struct txn **txn, struct fault *fault);

void project_publish(struct project *p, struct id project);  /* a change of it: the event `changed`, and an autosave */
void project_announce(struct project *p, struct id project); /* the event alone: what is said of it has changed */

void project_look(void *project); /* once a second: gives up hanging errands */

extern const struct project_handlers project_asks;

#endif
