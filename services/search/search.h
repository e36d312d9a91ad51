/* search.h: the state of the service, and one ask in progress. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_SEARCH_H
#define LOOPHOLE_SEARCH_SEARCH_H

#include "proto/service/service.h"
#include "schema_indexer.h"
#include "schema_search.h"
#include "services/search/index/catchup.h"
#include "services/search/index/index_file.h"
#include "services/search/near/near_recall.h"
#include "services/search/query/frequent_words.h"
#include "services/search/query/kept_answers.h"
#include "services/search/query/kept_orders.h"
#include "services/search/query/score.h"

enum { SEARCH_MAPS_FROM = 2, SEARCH_MAPS = 2 }; /* a plane, space */

enum { SEARCH_STATES_MOST = 4096 }; /* volumes and libraries that are counted in one answer */
enum { SEARCH_EVERY = 500000 };     /* microseconds between two looks at the catalogue, in case an event is lost */
enum { SEARCH_PAGE = 20 };          /* default number of items on a page */

/* The groups of duplicates among all items, while no search for them has them. */
struct all_groups {
    struct duplicate_groups *groups; /* NULL: none, or a search has it */
    bool has_looked;                 /* for the file */
    bool is_wanted;                  /* a client has asked: it is brought up to date as items come */
    bool is_old;                     /* more may have changed than the index has noted */
    uint64_t written;                /* revision in the file */
};

struct search {
    struct service *service;
    struct index index;
    struct catchup catchup;
    struct request *waiting, **last_waiting; /* asks that wait until the index is current, in order */
    enum err trouble;                        /* result of the last attempt to follow the catalogue */
    struct fault why;                        /* the error of that attempt */
    usec_t try_at;     /* time to rebuild an index without room; asks are refused until then; 0: no */
    usec_t turn_began; /* arrival of the first ask in this turn of the loop; 0: none yet */
    char index_path[PATH_MAX];
    struct index_save *save;                 /* NULL: not being written */
    uint64_t saved_writes;                   /* of the index in the file */
    uint64_t seen_writes;                    /* of the index at the timer's last look */
    usec_t settled;                          /* time of the last change */
    bool prepares;                           /* counting tables are being made; there may be more */
    usec_t near_looked;                      /* time of the last check whether clusters are due */
    struct near_recall recall;               /* of the searches for the nearest */
    uint64_t recall_writes;                  /* of the index when its query was kept */
    usec_t nearest_asked;                    /* time of the last search for the nearest */
    bool is_busy;                            /* the timer is fast */
    bool reports_sweep;                      /* a new index is being made, shown on the board */
    bool wants_fetching, is_asking_fetching; /* the set of items that are fetched … */
    usec_t fetching_asked;                   /* … and when it was asked for last, steady */
    struct all_seconds sum;
    struct kept_orders orders;
    struct kept_answers answers;
    usec_t asked, touched;       /* time of the last query; of the last touch of what queries read */
    struct frequent_words words; /* whose answers are made in idle time */
    struct all_groups all;
    struct duplicates *duplicates; /* running and kept searches; NULL: none */
    struct map *maps[SEARCH_MAPS]; /* by dimensions; NULL: not requested yet */
};

/* One ask from its arrival to its answer: in its handler, or later under its ticket. */
struct request {
    struct search *search;
    enum err (*run)(struct request *request, const void *ask, void *answer);
    const void *ask;
    void *answer;
    struct arena *arena; /* valid until the answer */
    struct fault *fault;
    struct text query;    /* parsed by search_rows, with saved queries expanded */
    struct call *call;    /* NULL after the handler has returned */
    struct ticket ticket; /* number 0: not deferred */
    usec_t deadline;      /* steady clock */
    uint64_t revision;    /* the head of the log when it was asked: the answer has all changes up to it */
    bool is_put_off;      /* the function that keeps it answers */
    struct request *next;
};

/* Opens the index from its file, or an empty one. Errors: full. */
enum err search_open(struct search *search, struct service *service, struct fault *fault);
void search_close(struct search *search); /* writes the index's file */

/* The asks of schemas/search.schema. */
extern const struct search_handlers search_handlers;

/* search_begin.c: begins a transaction. The first call opens the store. Errors: those of store_open. */
enum err search_read(struct search *search, struct txn **txn, struct fault *fault);

/* search_begin.c: defers the answer; `kept` has the data for the later answer. The function that answers
 * request->ticket frees it. Errors: busy, full. */
enum err search_put_off(struct request *request, struct request **kept);

/* ---- search_current.c: an answer never comes from an outdated index ---- */

/* Runs `run` now if the index has reached the catalogue's head, otherwise as soon as it has. */
enum err search_when_current(struct search *search, struct call *call,
                             enum err (*run)(struct request *request, const void *ask, void *answer), const void *ask,
                             void *answer);

/* Callbacks of the loop; `state` is the struct search. The timer catches up, answers waiting asks, and writes the
 * file. */
void search_follow(void *state);

/* An event: catches up within 2 ms, so that the changes of many commits are read together. A query does not wait for
 * it. */
void search_follow_soon(void *state, const void *changed, bool gap);
void search_end_turn(void *state);
void search_report(void *state, struct arena *arena, struct service_status *to);

/* search_fetching.c: an event of availability; a timer. */
void search_take_fetching(void *state, const void *body, bool gap);
void search_follow_fetching(void *state);

/* search_map.c: lists running maps; stops one (Errors: not_found); closes all. */
void search_map_list_tasks(struct search *search, struct arena *arena, struct service_status *to);
enum err search_map_cancel(void *search, struct id task, struct fault *fault);
void search_map_close(struct search *search);

/* ---- search_query.c, search_similar.c, search_get.c, search_complete.c, search_map.c ---- */
enum err search_query(struct request *request, const void *ask, void *answer);
bool search_query_prepare(struct search *search); /* makes the answer of one frequent word; false: all are made */
enum err search_similar(struct request *request, const void *ask, void *answer);
bool search_similar_check(struct search *search); /* idle time: true if it measured rows of a kept query */
enum err search_get(struct search *search, struct call *call, const struct search_get *ask, struct media_found *answer);
enum err search_get_artefact(struct search *search, struct call *call, const struct search_get_artefact *ask,
                             struct artefact_found *answer);
void search_remake(struct search *search, const struct indexer_remake *ask); /* asks the indexer; does not wait */
enum err search_complete(struct request *request, const void *ask, void *answer);
enum err search_map(struct request *request, const void *ask, void *answer);

enum err search_states(struct request *request, const void *ask, void *answer); /* search_states.c */

/* ---- search_sessions.c ---- */
enum err search_sessions(struct search *search, struct call *call, const struct search_sessions *ask,
                         struct sessions_found *answer);
/* ---- search_folders.c, search_grid.c, search_artefacts.c: for lists, grids and waveforms of front-ends ---- */
enum err search_folders(struct request *request, const void *ask, void *answer);
/* search_view.c: keeps only the rows of a view (enum media_view) of the project of this name or id; "": the open one.
 * Errors (explained): not_found; those of search_read. */
enum err search_view_cut(struct request *request, int32_t view, struct text project, struct bitmap *rows);
/* Fills the nodes of view:, for the open project. Errors: as above; full. */
enum err search_view_find(struct request *request, struct node *root);

/* search_place.c: fills the nodes of absolute paths. Errors: those of search_read; full. */
enum err search_place_find(struct request *request, struct node *root);

/* search_place.c: the rows in a folder and below it; the caller frees them. Errors (explained): not_found, too_large;
 * those of search_read. */
enum err search_folder_rows(struct request *request, struct id folder, struct bitmap **rows);

/* search_place.c: as catalogue_folder, with not_found explained. */
enum err search_folder_read(struct request *request, struct txn *txn, struct arena *arena, struct id id,
                            struct folder *folder);
enum err search_grid(struct request *request, const void *ask, void *answer);
enum err search_pick_kit(struct request *request, const void *ask, void *answer); /* search_kit.c */
enum err search_vary_kit(struct request *request, const void *ask, void *answer); /* search_kit_vary.c */
enum err search_get_artefacts(struct search *search, struct call *call, const struct search_get_artefacts *ask,
                              struct artefacts_found *answer);
enum err search_peaks(struct search *search, struct call *call, const struct search_peaks *ask,
                      struct peaks_found *answer);
/* search_get.c: reads one artefact into the call's arena. Errors: not_found, busy, full, io; the call has the fault. */
enum err search_read_artefact(struct search *search, struct txn *txn, struct call *call, struct id id, struct text type,
                              struct artefact_found *to);

/* ---- search_saved.c: saved queries and the history ---- */
enum err search_queries(struct search *search, struct call *call, const struct search_queries *ask,
                        struct kept_queries *answer);

/* Replaces each @NAME by its saved query in parentheses. Errors: not_found, too_large, full. */
enum err search_expand(struct request *request, struct text query, struct text *expanded);

/* If the query is one @NAME, sets `sort` to the order that was saved with it. Errors: as search_expand. */
enum err search_saved_sort(struct request *request, struct text query, struct text *sort);
void search_remember(struct search *search, const struct search_query *ask); /* adds to the history, later */

/* ---- search_duplicates.c ---- */
enum err search_duplicates(struct request *request, const void *ask, void *answer);
void search_duplicates_end(struct search *search);
void search_duplicates_tend(struct search *search); /* in idle time: brings the groups of all items up to date */
void search_duplicates_list_tasks(const struct search *search, struct arena *arena, struct service_status *to);

/* ---- search_page.c: shared by several answers ---- */

/* Parses `query`, with saved queries expanded, into the request's arena. Errors (explained): bad_request, not_found,
 * full; those of search_read. */
enum err search_parse(struct request *request, struct text query, struct node **root);

/* Parses `query` and finds its rows. The caller frees the rows. */
enum err search_rows(struct request *request, struct text query, struct node **root, struct bitmap **rows);

/* Fills `found` with the items of `rows` from the store, without items that have gone meanwhile. `scores` and
 * `distances` may be NULL; their index is the place in `rows`. */
enum err search_fill(struct request *request, const uint32_t *rows, uint32_t count, const struct scores *scores,
                     const float *distances, struct found *found);

/* Fills in total, seconds of audio, and revision. `each` lists the rows, or is NULL. */
void search_sum(struct search *search, const struct bitmap *rows, const uint32_t *each, struct found *found);

#endif
