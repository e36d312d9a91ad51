/* candidates.h: for each sound the others that it may equal: those of its length whose spectra are most alike. After
 * sounds were added or removed, only the lists that this can change are made again. The result is the same as if all
 * were made again.
 *
 * Two sounds are partners if they are near in one of two orders, by the length of the file or of its audible part: at
 * most CANDIDATES_WINDOW places apart, and of about the same length. A list has the partners that are most alike, equal
 * ones by number. One thread. */
#ifndef LOOPHOLE_SEARCH_CANDIDATES_H
#define LOOPHOLE_SEARCH_CANDIDATES_H

#include "common/id.h"
#include "services/search/duplicates/fingerprint.h"

enum { CANDIDATES_NEAR = 16, CANDIDATES_WINDOW = 8192, CANDIDATES_ORDERS = 2 };
#define CANDIDATES_NONE UINT32_MAX

struct sound {
    struct id id;
    uint8_t content[16];
    bool has_content, has_gist;
    bool is_representative; /* of all sounds with the same samples, this one is compared */
    float seconds;          /* of the file */
    struct gist gist;
};

enum sound_verdict { VERDICT_NONE, VERDICT_SAME, VERDICT_OTHER, VERDICT_UNREAD };

struct near_sounds {
    uint32_t count, at[CANDIDATES_NEAR];
    float alike[CANDIDATES_NEAR];
    uint8_t verdict[CANDIDATES_NEAR]; /* enum sound_verdict */
};

struct sound_order {
    uint32_t count, *at; /* representatives by length, then by number */
    uint32_t *end;       /* by place: the end of its partners after it */
    uint32_t *place;     /* by sound; CANDIDATES_NONE: it is no representative */
};

struct candidate_sounds {
    uint32_t count;
    struct sound *each; /* by rising id */
    struct near_sounds *near;
    struct sound_order order[CANDIDATES_ORDERS];
};

/* Takes CANDIDATES_BYTES for each sound; the caller has checked limits_leave. */
#define CANDIDATES_BYTES (sizeof(struct sound) + sizeof(struct near_sounds) + 3 * CANDIDATES_ORDERS * sizeof(uint32_t))
void candidates_open(struct candidate_sounds *sounds, uint32_t count);
void candidates_close(struct candidate_sounds *sounds);
void candidates_arrange(struct candidate_sounds *sounds); /* makes the orders, once `is_representative` is known */

/* One update from the former sounds to the current ones. */
struct candidates;

/* `now_of` has, for each former sound, its current number, or CANDIDATES_NONE if it is gone or changed. `was` is
 * arranged or empty and may be freed after candidates_free; `now` must be arranged. Takes
 * CANDIDATES_UPDATE_BYTES for each sound of both; the caller has checked limits_leave. */
#define CANDIDATES_UPDATE_BYTES ((1 + 2 * CANDIDATES_ORDERS) * sizeof(uint32_t) + sizeof(bool))
struct candidates *candidates_new(struct candidate_sounds *now, const struct candidate_sounds *was,
                                  const uint32_t *now_of);
void candidates_free(struct candidates *c); /* NULL is allowed */

/* Does one step; false: all lists are made. */
bool candidates_step(struct candidates *c);
void candidates_progress(const struct candidates *c, uint64_t *done, uint64_t *total);

/* The index of `other` in a list; CANDIDATES_NEAR: the list does not have it. */
uint32_t candidates_find(const struct near_sounds *near, uint32_t other);

#endif
