/* routes.h: the one table of addresses. The reader of messages, /routes and the OSCQuery tree use it. Constant. Any
 * thread. */
#ifndef LOOPHOLE_FRONTENDS_OSC_ROUTES_H
#define LOOPHOLE_FRONTENDS_OSC_ROUTES_H

#include "common/text.h"

enum { ROUTES_MOST = 320, ROUTE_ARGUMENTS = 4 };

enum route_kind {
    ROUTE_NONE,
    ROUTE_SLOT,    /* a slot of a bank, in any form that is a number */
    ROUTE_PATTERN, /* a slot, if it is a number; otherwise a name in the library, for `field` */
    ROUTE_WHOLE,   /* cut to a whole number, then min to max */
    ROUTE_REAL,    /* min to max */
    ROUTE_SWITCH,  /* a number (0: off), or on, off, true, false, yes, no, or the argument's own name */
    ROUTE_TEXT,
    ROUTE_WORD,   /* one of `words`, which commas separate */
    ROUTE_NAMES,  /* a text that is the only one of a list */
    ROUTE_FIELDS, /* the last: any number of NAME=VALUE, with names of `words`, of the record `field` or of the ask */
};

enum route_own { OWN_NONE, OWN_PING, OWN_ROUTES, OWN_SUBSCRIBE, OWN_UNSUBSCRIBE };

struct route_argument {
    const char *name;
    enum route_kind kind;
    const char *field; /* of the ask */
    bool is_optional;
    double min, max;
    const char *words;
};

struct osc_route {
    const char *path;
    const char *ask;      /* that it sends, or NULL */
    const char *fixed[2]; /* FIELD=VALUE of the ask; arguments replace them */
    enum route_own own;   /* what this service itself does */
    char value;           /* OSC type of the value that the address has: f i s, or 0 */
    const char *about;
    struct route_argument arguments[ROUTE_ARGUMENTS];
};

extern const struct osc_route routes[];
extern const uint32_t routes_count;

const struct osc_route *routes_find(struct text path); /* NULL: none */

/* True if all arguments are NAME=VALUE. */
bool routes_takes_fields(const struct osc_route *route);

#endif
