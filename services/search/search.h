/* search.h: the service's state, and one ask under way. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_SEARCH_H
#define LOOPHOLE_SEARCH_SEARCH_H

#include "proto/service/service.h"
#include "schema_indexer.h"
#include "schema_search.h"
#include "services/search/index/catchup.h"
#include "services/search/index/index_file.h"
#include "services/search/query/score.h"

struct map;
struct request;
struct duplicates;

enum { SEARCH_MAPS_FROM = 2, SEARCH_MAPS = 2 }; /* a plane, a room */

/* Of the audio of all items. */
struct sum {
    bool is_made;
    uint64_t writes; /* of the index, when it was */
    double seconds;
};

enum { SEARCH_PAGE = 20 }; /* items of a page where an ask does not say */

struct search {
    struct service *service;
    struct index index;
    struct catchup catchup;
    struct request *waiting, **last_waiting; /* asks that wait for the index to be current; in their order */
    enum err trouble;                        /* of the last try to follow the catalogue */
    struct fault why;                        /* what it is */
    usec_t try_at;     /* the index found no room and is begun again then: asks are refused; 0: there is room */
    usec_t turn_began; /* when the first ask of this turn of the loop came; 0: none yet */
    char index_path[PATH_MAX];
    struct index_save *save; /* NULL: nothing is being written */
    uint64_t saved_writes;   /* of the index, in the file */
    uint64_t seen_writes;    /* of the index, when the timer last looked */
    usec_t settled;          /* since when it has not changed */
    bool prepares;           /* something was made for counting, and more may be to make */
    usec_t near_looked;      /* when it was last asked whether clusters are to be made */
    bool is_busy;            /* the quick timer runs */
    bool reports_sweep;      /* on the board: a new index is being made */
    struct sum sum;
    struct duplicates *duplicates; /* searches for groups; NULL: none */
    struct map *maps[SEARCH_MAPS]; /* by dimensions; NULL: not asked for yet */
};

/* One ask from its arrival to its answer: within its handler, or later under its ticket. */
struct request {
    struct search *search;
    enum err (*run)(struct request *request, const void *ask, void *answer);
    const void *ask;
    void *answer;
    struct arena *arena; /* lasts until the answer */
    struct fault *fault;
    struct text query;    /* that search_rows parsed, with saved queries put in */
    struct call *call;    /* NULL once the handler has returned */
    struct ticket ticket; /* number 0: not put off yet */
    usec_t deadline;      /* steady clock */
    bool is_put_off;      /* its keeper answers */
    struct request *next;
};

/* Opens the index: from its file, or empty. Errors: full. */
enum err search_open(struct search *search, struct service *service, struct fault *fault);
void search_close(struct search *search); /* writes the index's file */

/* The asks of schemas/search.schema. */
extern const struct search_handlers search_handlers;

/* ---- search_current.c: nothing is answered from an index that is out of date ---- */

/* Runs `run` now when the index is up to the catalogue's head, else as soon as it is. */
enum err search_when_current(struct search *search, struct call *call,
                             enum err (*run)(struct request *request, const void *ask, void *answer), const void *ask,
                             void *answer);

/* Defers the answer: `kept`, freed by the function that then answers request->ticket, has what is needed for it.
 * Errors: busy, full. */
enum err search_put_off(struct request *request, struct request **kept);

/* These three are the loop's, with the struct search as `state`.
 * The timer: catches up, answers the asks that wait, writes the file. */
void search_follow(void *state);

/* An event: catches up within 2 ms, so that changes of many commits are read once; a query does not wait for that. */
void search_follow_soon(void *state, const void *changed, bool gap);
void search_end_turn(void *state);
void search_report(void *state, struct arena *arena, struct service_status *to);

/* search_map.c: lists maps that are being made, and stops one: not_found. Closes all. */
void search_map_list_tasks(struct search *search, struct arena *arena, struct service_status *to);
enum err search_map_cancel(void *search, struct id task, struct fault *fault);
void search_map_close(struct search *search);

/* ---- search_query.c, search_similar.c, search_get.c, search_complete.c, search_map.c ---- */
enum err search_query(struct request *request, const void *ask, void *answer);
enum err search_similar(struct request *request, const void *ask, void *answer);
enum err search_get(struct search *search, struct call *call, const struct search_get *ask, struct media_found *answer);
enum err search_get_artefact(struct search *search, struct call *call, const struct search_get_artefact *ask,
                             struct artefact_found *answer);
void search_remake(struct search *search, const struct indexer_remake *ask); /* of the indexer; not waited for */
enum err search_complete(struct request *request, const void *ask, void *answer);
enum err search_map(struct request *request, const void *ask, void *answer);

/* ---- search_saved.c: queries that were saved or asked ---- */
enum err search_queries(struct search *search, struct call *call, const struct search_queries *ask,
                        struct kept_queries *answer);

/* Puts each saved query, in parentheses, in place of its @NAME. Errors: not_found, too_large, full. */
enum err search_expand(struct request *request, struct text query, struct text *expanded);
void search_remember(struct search *search, const struct search_query *ask); /* in the history, soon */

/* ---- search_duplicates.c ---- */
enum err search_duplicates(struct request *request, const void *ask, void *answer);
void search_duplicates_end(struct search *search);
void search_duplicates_list_tasks(const struct search *search, struct arena *arena, struct service_status *to);

/* ---- search_page.c: what several answers need ---- */

/* Parses `query` and finds its rows, which the caller frees. */
enum err search_rows(struct request *request, struct text query, struct node **root, struct bitmap **rows);

/* Fills `found` with the items of `rows`, read from the store; those that are gone meanwhile are left out.
 * `scores` and `distances` may be NULL; they are indexed by place in `rows`. */
enum err search_fill(struct request *request, const uint32_t *rows, uint32_t count, const struct scores *scores,
                     const float *distances, struct found *found);

/* Total, seconds of audio, and revision. `each` of the rows; or NULL. */
void search_sum(struct search *search, const struct bitmap *rows, const uint32_t *each, struct found *found);

enum err search_read(struct search *search, struct txn **txn, struct fault *fault); /* offline: no store yet */

#endif
