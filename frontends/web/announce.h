/* announce.h: lets programs of other machines find the gateway: a child `avahi-publish-service` publishes the address
 * of [web] listen as `_loophole._tcp`. The child ends with the gateway, however that ends. The loop's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ANNOUNCE_H
#define LOOPHOLE_FRONTENDS_WEB_ANNOUNCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/clock.h"
#include "frontends/web/entry/lan.h"

struct announcement {
    bool is_wanted; /* the caller sets it to [web] announce before announce_open */
    pid_t pid;      /* 0: no child runs */
    usec_t began;   /* when the child started, on the steady clock */
    usec_t next;    /* no child starts before */
    usec_t pause;   /* before the next start */
    bool is_told;   /* that it does not run */
    char name[64];  /* of the service: "loophole on studio" */
    char port[8];
    char host[140]; /* a record: [web] name; "": none is set */
};

/* Starts the child, if it is wanted and other machines can reach the address. */
void announce_open(struct announcement *announcement, const struct lan *lan);

/* Call it each second: starts a child that ended again, later after each failure. If the program is not installed, logs
 * that once, and does nothing more. */
void announce_look(struct announcement *announcement);

void announce_close(struct announcement *announcement);

#endif
