/* loop_actions.h: the actions of a loop as text, a line for each: TIME VERB [VALUE…]. docs/loops.md lists the verbs.
 * Pure functions. Any thread. */
#ifndef LOOPHOLE_PROJECT_LOOP_ACTIONS_H
#define LOOPHOLE_PROJECT_LOOP_ACTIONS_H

#include "common/arena.h"
#include "common/buffer.h"
#include "common/id.h"

enum loop_verb {
    LOOP_VERB_UNKNOWN, /* kept as its line, and skipped when the loop plays */
    LOOP_VERB_PLAY,    /* item, frame */
    LOOP_VERB_PAUSE,
    LOOP_VERB_STOP,
    LOOP_VERB_SEEK,    /* frame */
    LOOP_VERB_VOLUME,  /* value */
    LOOP_VERB_HIT,     /* pad, value: the velocity; key */
    LOOP_VERB_RELEASE, /* pad; key */
};

struct loop_action {
    enum loop_verb verb;
    int64_t at; /* nanoseconds from the beginning of the loop, 0 or more */
    struct id item;
    int64_t frame; /* of the item */
    int64_t pad;
    bool has_key;
    int64_t key; /* of a keyboard that plays the pad in its pitch */
    double value;
    struct text line; /* as it was read, without its line feed; empty: the action was made, not read */
};

struct loop_action_list {
    uint32_t count;
    struct loop_action *at;
};

/* Reads every line, also empty ones. The lines point into the text. */
struct loop_action_list loop_actions_read(struct text text, struct arena *arena);

/* Appends the line of an action, without a line feed: `line`, or what its values say. */
void loop_action_format(const struct loop_action *action, struct buffer *to);

/* The inverse of loop_actions_read: the same text, to the last byte. */
struct text loop_actions_write(const struct loop_action_list *actions, struct arena *arena);

#endif
