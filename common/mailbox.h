/* mailbox.h: how other threads of a service reach its loop: they put mail in, the loop opens it. */
#ifndef LOOPHOLE_COMMON_MAILBOX_H
#define LOOPHOLE_COMMON_MAILBOX_H

#include "common/err.h"

/* The head of what is sent. One of the two is called once, in the loop, and owns the mail from then on. */
struct mail {
    struct mail *next;
    void (*open)(struct mail *mail);
    void (*drop)(struct mail *mail); /* frees mail that was not opened; NULL: another owner does */
};

struct mailbox;

/* Errors: io. */
enum err mailbox_new(struct mailbox **mailbox, struct fault *fault);
void mailbox_free(struct mailbox *mailbox);    /* mail that was not opened is dropped; NULL is allowed */
int mailbox_fd(const struct mailbox *mailbox); /* readable when there is mail */

void mailbox_put(struct mailbox *mailbox, struct mail *mail); /* any thread; never waits long */
void mailbox_open(struct mailbox *mailbox);                   /* the loop: opens all that are there now, in order */

#endif
