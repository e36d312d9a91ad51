/* sound_set.h: sets the audio core to the sound of a project, one ask after the other. An item that is away leaves its
 * pad or row silent. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_SOUND_SET_H
#define LOOPHOLE_PROJECT_SOUND_SET_H

#include "schema_audio.h"
#include "services/project/base/project.h"

enum { AWAY_MOST = 256 };

/* Items of a project's sound that the core has without their sounds, or under other ids. */
struct sound_away {
    bool is_known;  /* false after a start, until the core was asked what it has without a sound */
    uint32_t tries; /* that failed for a moment only; each next one waits twice as long */
    usec_t again;   /* the time of the next try; 0: there is none without a change */
    uint32_t count;
    struct away_item {
        struct id id;      /* as the project names it, or as the core knows it */
        uint64_t revision; /* of an item that is here, but that the core could not load; 0: it was not here */
        bool is_momentary; /* it could not be loaded for a moment: the next try may succeed */
        struct id given;   /* an item of the same content that the core got for it; zero: none */
    } at[AWAY_MOST];
};

/* Begins. Copies the structs `want` and `now`. The memory to which they point, and `away`, must stay valid until `done`
 * is called, once. Inserts that `want` lacks are removed. With `only_untouched`, changes that a person has made on a
 * fresh core stay. Adds to `away` the items that the core could not load. `done` gets false if the core did not answer.
 */
void sound_set(struct project *p, struct arena *arena, const struct sounding *want, const struct sounding *now,
               bool only_untouched, struct sound_away *away, void (*done)(void *state, bool is_set), void *state);

/* The same only for pads, and for the pattern, that lack the sounds of some of their items in the core. `now`: what the
 * core had when `want` was read; a pad or pattern that was set since stays. */
void sound_set_again(struct project *p, struct arena *arena, const struct sounding *want, const struct sounding *now,
                     struct sound_away *away, void (*done)(void *state, bool is_set), void *state);

/* Returns the state of the core after `want` was set over `now`. */
struct sounding sound_set_expect(const struct sounding *want, const struct sounding *now);

#endif
