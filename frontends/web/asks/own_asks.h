/* own_asks.h: the state of the asks that the gateway answers itself. They concern this machine: logs, deaths, doctor,
 * the basket. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_OWN_ASKS_H
#define LOOPHOLE_FRONTENDS_WEB_OWN_ASKS_H

#include "common/mailbox.h"
#include "common/process/errand.h"
#include "proto/service/service.h"
#include "schema_web.h"

struct own_asks {
    struct service *service;
    const struct paths *paths;
    struct mailbox *mailbox;
    struct errands *errands;   /* for work that may hang: another program */
    struct errands *bundles;   /* one at a time: they take long */
    struct own_command *tasks; /* those that are listed as tasks, in their order */
    struct errands *basket;    /* one at a time: an errand sees all links of those before it */
};

/* Errors: io, full. own_asks_close ends what own_asks_open began, also after an error. */
enum err own_asks_open(struct own_asks *own, struct service *service, struct fault *fault);
void own_asks_close(struct own_asks *own);

#endif
