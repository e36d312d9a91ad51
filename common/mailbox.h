/* mailbox.h: how other threads of a service reach its loop. They put mail in, and the loop opens it. The loop's thread,
 * but for mailbox_put. */
#ifndef LOOPHOLE_COMMON_MAILBOX_H
#define LOOPHOLE_COMMON_MAILBOX_H

#include "common/err.h"

/* The head of each message. The loop calls `open` or `drop` once; the called function then owns the mail. */
struct mail {
    struct mail *next;
    void (*open)(struct mail *mail);
    void (*drop)(struct mail *mail); /* frees unopened mail; NULL: another owner frees it */
};

struct mailbox;

/* Errors: io (no descriptor). The caller frees it with mailbox_free. */
enum err mailbox_new(struct mailbox **mailbox, struct fault *fault);
void mailbox_free(struct mailbox *mailbox);    /* drops unopened mail; NULL is allowed */
int mailbox_fd(const struct mailbox *mailbox); /* readable while there is mail */

void mailbox_put(struct mailbox *mailbox, struct mail *mail); /* any thread; waits for a short lock only */
void mailbox_open(struct mailbox *mailbox);                   /* the loop's thread: opens all present mail in order */

#endif
