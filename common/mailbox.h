/* mailbox.h: how other threads of a service reach its loop: they put letters in, the loop opens them. */
#ifndef LOOPHOLE_COMMON_MAILBOX_H
#define LOOPHOLE_COMMON_MAILBOX_H

#include "common/err.h"

/* The head of what is sent. `open` is called once, in the loop, and owns the letter from then on. */
struct letter {
    struct letter *next;
    void (*open)(struct letter *letter);
};

struct mailbox;

/* Errors: io, full. */
enum err mailbox_new(struct mailbox **mailbox, struct fault *fault);
void mailbox_free(struct mailbox *mailbox);    /* letters that nobody opened are lost; NULL is allowed */
int mailbox_fd(const struct mailbox *mailbox); /* readable when there is a letter */

void mailbox_put(struct mailbox *mailbox, struct letter *letter); /* any thread; never waits long */
void mailbox_open(struct mailbox *mailbox); /* the loop: opens all that are there now, in order */

#endif
