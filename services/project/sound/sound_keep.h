/* sound_keep.h: one look after another at what the audio core plays. After a look the part is written, the core is set,
 * or nothing is to be done; sound.h describes it. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_KEEP_H
#define LOOPHOLE_PROJECT_SOUND_KEEP_H

#include "services/project/parts/sound_body.h"
#include "services/project/sound/sound_pattern.h"
#include "services/project/sound/sound_return.h"
#include "services/project/sound/sound_wait.h"

enum { SOUND_LONGEST_US = 1000000 }; /* between two looks while changes come */

/* A change of pads that is a step of undo (sound.h). */
struct sound_step {
    bool is_due;     /* it was not written yet */
    bool is_last;    /* the core has the change: the next look writes it, or there is nothing to write */
    bool is_written; /* persist has not answered yet */
    uint64_t number;
    struct id project;
    struct text label;
    struct action also;   /* a part of the step */
    struct pad_list pads; /* as they will be */
    struct arena arena;
};

/* Of the service; sound_open makes it. */
struct sound_keeping {
    struct project *p;
    bool is_due, is_busy, is_urgent;
    bool is_resting;        /* the next look is due in a while, unless something changes */
    bool looks_again;       /* after this look */
    bool has_let_go;        /* no project is open, and the core knows it */
    usec_t changed, looked; /* the last change, and the last look, on the steady clock */
    struct arena arena;     /* of a look */
    struct sounding now;
    struct sounding want; /* what the core is to have */
    bool only_untouched;  /* of a fresh core */
    bool is_beginning;    /* the project gets its part when the core is set (sound_begin.h) */
    bool is_locked;       /* the core has the lock of a project's tempo */
    int32_t keeper;       /* enum keeper: what the core gets next */
    struct id kept_for;   /* the project that is noted next … */
    uint64_t revision;    /* … with the revision of its part */
    struct text body;     /* that is written, or that the core is to have */
    struct id open;       /* the open project of the last look */
    uint64_t looks;       /* number of the last look */
    struct sound_step step;
    struct sound_away away;
    uint64_t asked; /* serial of the sound for which the core was asked what is away */
    struct sound_pattern pattern;
    struct sound_waits waits;
};

/* Looks when the changes have settled, at once if `is_urgent` is set. */
void sound_keep_due(struct sound_keeping *s);

/* Looks at once. No other look is in progress (`is_busy`). */
void sound_keep_look(struct sound_keeping *s);

#endif
