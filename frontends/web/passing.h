/* passing.h: the messages between pages and services, as a page sends and gets them (docs/gateway.md). Reads
 * the head of an ask alone; its body passes unread. Input is untrusted. Pure; any thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_PASSING_H
#define LOOPHOLE_FRONTENDS_WEB_PASSING_H

#include "proto/wire/frame.h"

enum {
    PASSING_MOST = 1 << 20, /* bytes of a message from a page */
    PASSING_TOPICS = 32,    /* beginnings of topics that a page subscribes to … */
    PASSING_TOPIC = 96      /* … and bytes of one */
};

enum passing_kind { PASSING_ASK, PASSING_SUBSCRIBE };

/* Points into the message. */
struct passing {
    enum passing_kind kind;
    struct text service;
    const struct ask *ask; /* of the schema */
    struct ask_frame head; /* without the body */
    bool has_request;      /* the id in `head` could be read */
    struct bytes frame;    /* the ask as it goes to the service */
    struct text topics[PASSING_TOPICS];
    uint32_t topic_count;
};

/* Reads a message of a page. `head.request` is set whenever it can be read, so that a refusal reaches its ask. Errors:
 * bad_request (not such a message), not_found (no such ask), too_large (topics), version. */
enum err passing_read(struct bytes from, struct passing *to, struct fault *fault);

/* Append a message for a page. */
void passing_write_answer(struct buffer *to, struct text service, struct bytes frame);
void passing_write_event(struct buffer *to, struct text topic, struct bytes frame);
void passing_write_refusal(struct buffer *to, struct text service, struct id request, const struct fault *fault);

#endif
