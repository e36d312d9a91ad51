/* state.h: the state of the service, which its files share. It reads the store; all changes are asks to persist. The
 * loop's thread. */
#ifndef LOOPHOLE_COMPOSER_STATE_H
#define LOOPHOLE_COMPOSER_STATE_H

#include <limits.h>

#include "common/buffer.h"
#include "proto/service/service.h"
#include "schema_composer.h"
#include "schema_persist.h"
#include "services/composer/offers/gather.h"
#include "services/composer/offers/slice.h"
#include "services/composer/offers/sound.h"
#include "services/composer/server/talk.h"
#include "store/store.h"
#include "store/team/team.h"

enum { WAITING_MOST = 64, SERVER_MOST = 1024 };

/* The setting [composer] exclude, and the look for its folders (exclude.h). */
enum { EXCLUDE_LINES = 64 };

struct exclude_line {
    char text[PATH_MAX]; /* as in the file, without blanks around it */
    char real[PATH_MAX]; /* without links; "": unknown, or nothing is there */
    bool is_followed;    /* a process has said what `real` is */
};

struct exclude {
    struct exclude_line *lines; /* NULL: none */
    uint32_t count;
    char mistake[160];          /* a line of [composer] that cannot be understood; "": none */
    struct child_process child; /* follows the links; pid 0: none */
    struct buffer got;
    usec_t deadline, next; /* on the steady clock: when the process is killed, and when the next one begins */
    bool has_paths;        /* a process has ended, and its result was not used yet */
    bool is_due;           /* the catalogue has changed */
    bool is_new;           /* folders were excluded since the last turn */
    bool is_keeping;       /* an ask to persist is on its way */
    bool is_failing;       /* persist refused the last rows */
    bool is_judged;        /* the first look has ended */
    bool is_settled;       /* each line has its rows */
};

/* The offers that a talk sends. */
struct sent_offers {
    uint32_t count;
    uint64_t last;
};

/* The steps of an exchange (exchange.h). */
enum step {
    STEP_IDLE,
    STEP_NEWS,   /* a process asks the server whether there is anything new */
    STEP_GATHER, /* makes offers of the changes of this studio */
    STEP_TALK,   /* a process talks to the server */
    STEP_CLEAR,  /* empties the inbox, because the server sends all lessons again */
    STEP_FORGET, /* a process asks the server to remove everything that this studio shared */
    STEP_DROP,   /* removes the shared rows from the store */
};

/* A look for damage (damage.h). */
struct damage_look {
    struct key at; /* where the next slice begins; empty: at the first row */
    usec_t next;   /* on the steady clock: when the next look begins */
    bool is_found; /* damage was found, and the inbox is being emptied */
};

/* The packs that are recognised, as of a position of the inbox and a revision of the catalogue. */
struct packs_seen {
    struct arena arena;
    struct pack_here_list each; /* in the order of their names */
    uint64_t position, revision;
};

/* The last count of packs, and the one in progress (packs.h). */
struct packs_count {
    struct packs_seen kept, now;
    bool is_kept, is_counting;
    uint8_t kind;  /* of lessons: first pack, then packed, then alike */
    uint32_t room; /* of the packs of the count in progress */
    struct key at; /* where the next slice begins */
    uint64_t rows; /* read since the first ask waits */
    usec_t look;   /* on the steady clock: when it looks whether the inbox has changed */
    struct ticket waiting[WAITING_MOST];
    uint32_t waiting_count;
};

/* A pass that recognises copies (likeness.h). */
enum likeness_step { LIKENESS_REST, LIKENESS_READ, LIKENESS_MATCH, LIKENESS_SWEEP, LIKENESS_OVER };
enum { LIKENESS_SOUNDS = 1 << 20 /* sounds of packs */ };

struct likeness {
    enum likeness_step step;
    struct pack_sound *sounds; /* of packs, by length */
    uint32_t count, room;
    struct key at;               /* where the next slice begins; empty: at the first row */
    struct arena arena;          /* of the changes */
    struct lesson_list changes;  /* that persist gets next */
    uint64_t position, revision; /* of the inbox and of the catalogue when the last pass began */
    usec_t began, next, look;    /* on the steady clock: when a pass begins again, and when it looks whether it must */
};

/* The exchange with the team (team.h). */
enum team_phase { TEAM_ITEMS, TEAM_KITS, TEAM_KIT_ROWS, TEAM_CONTEXTS, TEAM_ROWS_AGAIN, TEAM_COMPARED };
enum { TEAM_SALT = 32, TEAM_NAME = 64 };

struct team {
    char server[SERVER_MOST]; /* "": none */
    struct server_talk talk;
    struct arena arena;         /* of the talk in progress … */
    struct team_said_list sent; /* … what it sends */
    bool is_keeping;            /* an ask to persist is on its way */
    bool is_due;                /* the catalogue changed */
    bool is_leaving;            /* the talk in progress says that this engine left */
    enum team_phase phase;      /* of a comparison of all items and rows */
    struct key at;              /* where its next slice begins */
    uint64_t sweep;             /* which one it is */
    uint64_t revision;          /* of the catalogue when it began */
    usec_t kits_next;           /* when kits that wait are compared again, on the steady clock */
    usec_t next, pause, poll;   /* on the steady clock; as of an exchange */
    usec_t synced;              /* the last answer; 0: none since the start */
    struct fault fault;         /* why the last exchange failed */
    struct team_command {
        bool is_waiting;    /* a person asked for it, and it is not answered yet */
        bool is_talking;    /* the talk in progress, or the ask to persist, is about it */
        struct to_team ask; /* its texts lie in `arena` */
        struct arena arena;
        struct ticket ticket;
        uint8_t salt[TEAM_SALT]; /* of the member that joins */
        struct text code;        /* the answer */
    } command;
};

struct composer {
    struct service *service;
    struct store *store; /* NULL: not open yet */
    char server[SERVER_MOST];
    struct exclude exclude;

    struct slice slice; /* of this turn: all work but the count of packs shares it */
    enum step step;
    enum sharing level;      /* of this exchange */
    bool is_keeping;         /* an ask to persist is on its way */
    bool is_due;             /* the catalogue changed, or a person asks */
    bool is_done;            /* the server has no further lessons */
    bool is_forgotten;       /* another engine of this studio made `forget`; persist sets the level to off */
    bool has_more;           /* the server said so in its last answer */
    uint32_t restarts;       /* of this exchange */
    uint32_t talks;          /* of this exchange */
    struct sent_offers sent; /* by the talk in progress */
    usec_t next;             /* on the steady clock: when the next exchange begins without an ask */
    usec_t began;            /* the exchange in progress, on the steady clock */
    usec_t rest;             /* least time between the last exchange and one that a change causes */
    usec_t pause;            /* after a failure; 0: the last exchange was answered */
    usec_t poll; /* from one look for news to the next, as the server wants it; 0: it has not answered yet */
    struct gather gather;
    struct server_talk talk;
    struct exchanged sum; /* of this exchange */
    struct forgot_there forgot;
    struct fault fault; /* why the last exchange failed */
    bool is_reachable;
    struct progress {
        struct id task;
        usec_t since;
        uint64_t offers; /* all that it sends */
        uint64_t from;   /* the inbox's position at its beginning */
        uint64_t newest; /* the position of the server's newest lesson */
    } progress;          /* of this exchange; composer.c shows it as a task */
    usec_t skew;         /* the server's clock minus this one */

    struct team team;
    struct packs_count packs;
    struct likeness likeness;
    struct damage_look damage;
    bool is_rebuilding; /* the inbox was damaged, and is not complete again yet */

    struct ticket syncing[WAITING_MOST]; /* asks that wait for the end of this exchange … */
    uint32_t syncing_count;
    struct ticket waiting[WAITING_MOST]; /* … or of the next one */
    uint32_t waiting_count;
    struct ticket forgetting[WAITING_MOST];
    uint32_t forgetting_count;
};

#endif
