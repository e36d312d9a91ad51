/* search_state.h: the state of the service, and one ask in progress. The loop's thread. */
#ifndef LOOPHOLE_SEARCH_SEARCH_STATE_H
#define LOOPHOLE_SEARCH_SEARCH_STATE_H

#include "proto/service/service.h"
#include "schema_indexer.h"
#include "schema_search.h"
#include "services/search/index/catchup.h"
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

#endif
