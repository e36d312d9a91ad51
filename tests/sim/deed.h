/* deed.h: deeds, the asks of clients to persist: drawn (deed.c), encoded (deed_wire.c), and answered (deed_answer.c).
 * Values are small numbers, so that deeds collide. */
#ifndef LOOPHOLE_TESTS_SIM_DEED_H
#define LOOPHOLE_TESTS_SIM_DEED_H

#include "common/buffer.h"
#include "schema_persist.h"
#include "tests/sim/sim.h"

enum deed_kind {
    DEED_EDIT,
    DEED_BATCH,
    DEED_APPLY, /* an apply of edits and relinks */
    DEED_UNDO,  /* of the last step, or back to a step */
    DEED_REDO,
    DEED_FORGET,
    DEED_VOLUME,
    DEED_FOLDER,
    DEED_MOVE_FOLDER,
    DEED_LIBRARY,
    DEED_REMOVE_LIBRARY,
    DEED_FORGET_LIBRARY,
    DEED_RECALL,
    DEED_EMPTY,
    DEED_TOGGLE, /* the last three belong to the worlds of once.c */
    DEED_TAP,
    DEED_LOCATE,
    DEED_KINDS
};

enum { DEEDS = 4096, OPS = 12, WORD = 12, TAGS = 8, CONTENTS = 8 };
enum { MOUNT = 5 /* number of the mount's own folder, which has no name */ };
#define PACK_OF_LIBRARY "x" /* of the items in its own folder: all libraries have the path /x */

/* An edit: absent fields do not change. Tags are bits. */
struct wish {
    bool has_name, has_notes, has_favourite, has_hidden, has_forgotten;
    bool favourite, hidden, forgotten;
    char name[WORD], notes[WORD];
    uint32_t add, remove;
};

/* A relink is only in an apply. */
enum op_kind {
    OP_EDIT,
    OP_PLACE,
    OP_MOVE,
    OP_PRESENCE,
    OP_HEARD,
    OP_BATCH_KINDS,
    OP_RELINK = OP_BATCH_KINDS,
    OP_KINDS
};

/* The additions of an analysis to its verdict. A waveform makes the batch wait for a thread. */
enum brings { BRINGS_NOTHING, BRINGS_WAVEFORM, BRINGS_FACTS /* and a waveform */, BRINGS_KINDS };

struct op {
    enum op_kind kind;
    struct id item, folder;
    struct id with; /* of a relink: the other item */
    uint32_t file;
    bool has_place; /* a presence that names the place that was looked at */
    uint64_t size;
    int64_t mtime;
    char pack[WORD]; /* of a place */
    int32_t availability;
    uint32_t content;  /* 1 to CONTENTS: the analysed content … */
    uint64_t analyser; /* … and the version of the analyser */
    enum brings brings;
    bool has_expect;
    uint64_t expect;
    struct wish wish;
};

struct deed {
    struct id request;
    enum deed_kind kind;
    uint32_t op_count;
    struct op ops[OPS];
    struct id id;     /* of a folder or an item */
    struct id parent; /* of a folder; zero: none */
    uint32_t number;  /* a name, a label, a count */
    bool has_step;    /* an apply that continues a step, or an undo back to one */
    bool in_parts;    /* an apply that may have several commits */
    uint64_t step;

    struct deed *rival; /* the other deed under the same request id, with another body; NULL: none */

    /* the outcome */
    uint32_t asked_in[CLIENTS]; /* for each client, its last life in which it asked for this; 0: none */
    usec_t first_sent;          /* 0: not yet */
    usec_t answered;            /* the first definite answer; 0: none yet */
    enum err error;             /* of that answer */
    struct buffer answer;       /* to this id, as last committed; empty: none yet */
    uint32_t next_op;           /* of a batch: the operation that persist does next */
    bool is_remembered;         /* and has not been trimmed */
    bool was_sent;              /* during the time that it is remembered */
    bool asked_anew;            /* asked again after it was answered */
    bool acked;                 /* a client received `ok` */
    bool done;                  /* found in the journal by history.c */
    bool held;                  /* and not trimmed by then */
    uint64_t note;              /* the journal's note of its answer */
};

/* All deeds of this world by number, which is the end of the request id. */
void deed_begin(void);
void deed_end(void);
uint32_t deed_count(void);
struct deed *deed_at(uint32_t number);
uint32_t deed_number(const struct deed *deed);
struct id deed_volume(void);                                /* the only volume; zero: not known yet */
struct deed *deed_of(struct id request);                    /* the first one under this id; NULL: none */
struct deed *deed_with(struct id request, uint64_t digest); /* of the two, the one whose ask has this digest */

struct deed *deed_draw(void); /* a new one; NULL if this world has enough */
const struct ask *deed_ask(const struct deed *deed);
void deed_is_remembered(struct id request, struct bytes answer); /* the answer was committed */
void deed_is_forgotten(struct id request);                       /* the removal of the answer was committed */
/* Persist sends this answer; it must be the remembered one, and no refusal meanwhile. */
void deed_is_answered(struct bytes frame);
/* A batch with every operation refused: if it is asked again, it is judged again. */
bool deed_is_refused_whole(struct bytes answer);
void deed_encode(const struct deed *deed, struct buffer *to);
/* Records that it was done, and what later deeds may refer to. */
void deed_learn(struct deed *deed, struct bytes answer);

/* The texts of the small numbers. */
void deed_tags(uint32_t tags, struct text_list *to, struct text room[TAGS]);
uint32_t deed_tag_bits(struct text_list tags); /* ~0: one is unknown */
struct bytes deed_word(const char *format, uint32_t number, char to[WORD]);
struct bytes deed_file(uint32_t file, char to[WORD]);
struct bytes deed_content(uint32_t content, uint8_t to[16]); /* 0: none */
struct bytes deed_folder(uint32_t number, char to[WORD]);

#endif
