/* deed.h: what clients want of persist: drawn (deed.c), and written as an ask (deed_wire.c). Values are small numbers,
 * so that deeds meet. */
#ifndef LOOPHOLE_TESTS_SIM_DEED_H
#define LOOPHOLE_TESTS_SIM_DEED_H

#include "common/buffer.h"
#include "schema_persist.h"
#include "tests/sim/sim.h"

enum deed_kind {
    DEED_EDIT,
    DEED_BATCH,
    DEED_APPLY, /* of edits */
    DEED_UNDO,
    DEED_REDO,
    DEED_FORGET,
    DEED_VOLUME,
    DEED_FOLDER,
    DEED_MOVE_FOLDER,
    DEED_LIBRARY,
    DEED_REMOVE_LIBRARY,
    DEED_TOGGLE, /* the last three are those of worlds of once.c */
    DEED_TAP,
    DEED_LOCATE,
    DEED_KINDS
};

enum { DEEDS = 4096, OPS = 6, WORD = 12, TAGS = 8, CONTENTS = 8 };

/* An edit: what is absent stays. Tags are bits. */
struct wish {
    bool has_name, has_notes, has_favourite, has_hidden;
    bool favourite, hidden;
    char name[WORD], notes[WORD];
    uint32_t add, remove;
};

enum op_kind { OP_EDIT, OP_PLACE, OP_MOVE, OP_PRESENCE, OP_HEARD, OP_KINDS };

/* What an analysis brings besides its verdict. A waveform makes the batch wait for a thread. */
enum brings { BRINGS_NOTHING, BRINGS_WAVEFORM, BRINGS_FACTS /* and a waveform */, BRINGS_KINDS };

struct op {
    enum op_kind kind;
    struct id item, folder;
    uint32_t file;
    uint64_t size;
    int64_t mtime;
    int32_t availability;
    uint32_t content;  /* 1 to CONTENTS, of what was heard … */
    uint64_t analyser; /* … and by which */
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
    struct id id;    /* of a folder or an item */
    uint32_t number; /* a name, a label, a count */

    struct deed *rival; /* the other one under the same request id, with another body; NULL: none */

    /* what became of it */
    uint32_t asked_in[CLIENTS]; /* the last life of each client that asked for it; 0: none */
    usec_t first_sent;          /* 0: never yet */
    usec_t answered;            /* the first answer that says something; 0: none yet */
    enum err error;             /* of that answer */
    struct buffer answer;       /* to this id, as it was last committed; empty: never yet */
    uint32_t next_op;           /* of a batch, which persist does next */
    bool is_remembered;         /* and not trimmed since */
    bool was_sent;              /* while it is remembered */
    bool asked_anew;            /* after it was answered */
    bool acked;                 /* a client was sent `ok` */
    bool done;                  /* found in the journal, by history.c */
    bool held;                  /* and not trimmed by then */
    uint64_t note;              /* of its answer, in the journal */
};

/* All deeds of this world, by their number, which their request id ends with. */
void deed_begin(void);
void deed_end(void);
uint32_t deed_count(void);
struct deed *deed_at(uint32_t number);
uint32_t deed_number(const struct deed *deed);
struct id deed_volume(void);                                /* the one volume; zero: none is known yet */
struct deed *deed_of(struct id request);                    /* the first one under this id; NULL: none */
struct deed *deed_with(struct id request, uint64_t digest); /* of the two, the one whose ask has this digest */

struct deed *deed_draw(void); /* a new one; NULL when there are enough in this world */
const struct ask *deed_ask(const struct deed *deed);
void deed_is_remembered(struct id request, struct bytes answer); /* this was committed */
void deed_is_forgotten(struct id request);                       /* and this */
void deed_is_answered(struct bytes frame); /* persist sends this: what it remembers, and no refusal while it does */
void deed_encode(const struct deed *deed, struct buffer *to);
void deed_learn(struct deed *deed, struct bytes answer); /* that it was done, and what later deeds may be about */

/* The words of the small numbers. */
void deed_tags(uint32_t tags, struct text_list *to, struct text room[TAGS]);
uint32_t deed_tag_bits(struct text_list tags); /* ~0: one is none of ours */
struct bytes deed_word(const char *format, uint32_t number, char to[WORD]);
struct bytes deed_file(uint32_t file, char to[WORD]);
struct bytes deed_content(uint32_t content, uint8_t to[16]); /* 0: none */
struct bytes deed_folder(uint32_t number, char to[WORD]);

#endif
