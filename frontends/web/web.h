/* web.h: the state of the gateway. The skeleton's loop answers the asks of schemas/web.schema; libwebsockets and the
 * connections to the services run in one thread of their own, `the gateway's thread`. */
#ifndef LOOPHOLE_FRONTENDS_WEB_WEB_H
#define LOOPHOLE_FRONTENDS_WEB_WEB_H

#include <stdatomic.h>

#include "common/mailbox.h"
#include "common/process/errand.h"
#include "common/process/hang.h"
#include "frontends/web/announce.h"
#include "frontends/web/asks/own_asks.h"
#include "frontends/web/entry/gate.h"
#include "frontends/web/entry/lan.h"
#include "frontends/web/half_requests.h"
#include "frontends/web/service_links.h"
#include "proto/service/service.h"
#include "schema_web.h"

enum {
    WEB_PAGES = 1536,           /* open pages; further ones are refused */
    WEB_PAGES_FAR = 1024,       /* those of all other machines; the rest is kept for this one */
    WEB_PAGES_OF_ONE = 128,     /* those of one token, or of one other machine with the password */
    WEB_ASKS = 256,             /* asks in progress of one page; a further one gets busy */
    WEB_RATE = 2000,            /* asks of one page in a second; a further one gets busy … */
    WEB_BURST = 4000,           /* … but this number may come at once */
    WEB_QUEUE = 32 << 20,       /* unsent bytes of one page; with more, the gateway disconnects it … */
    WEB_QUEUE_EVENTS = 1 << 20, /* … and with more than this, it sends no events; their sequence shows the gap */
    WEB_INNER_ASKS = 256,       /* asks in progress of the gateway itself */
    WEB_INNER_BUDGET_MS = 30000,
    WEB_HEADERS = 4096,         /* bytes of the headers of one request */
    WEB_SECRET = 160,           /* bytes of the header with the secret of a token */
    WEB_HEADERS_AT_ONCE = 512,  /* requests whose headers are being read; further ones wait */
    WEB_HEADERS_S = 5,          /* time for all headers; then the gateway disconnects the browser */
    WEB_SILENT_S = 60,          /* a browser with a session that neither sends nor takes a byte is then disconnected */
    WEB_CHUNK = 64 << 10,       /* bytes of a file in one read */
    WEB_READERS = 4,            /* threads that read files */
    WEB_READ_MS = 10000,        /* the gateway gives up a read without progress */
    WEB_DROP_BYTES = 64 << 20,  /* bytes of an uploaded file */
    WEB_DROPS = 4,              /* uploads at once */
    WEB_MADE_BYTES = 512 << 20, /* bytes of a file that is made for an answer: a WAV, an archive */
    WEB_MAKINGS = 16,           /* such files at once … */
    WEB_MAKERS = 2,             /* … and threads that make them; further ones wait */
    WEB_MAKE_MS = 30000,        /* the gateway gives up such a file without progress */
    WEB_DECODE_MS = 20000,      /* for one answer of a decoder */
    WEB_ZIP_ITEMS = 100,        /* of one archive; their ids fit in WEB_HEADERS */
    WEB_BEAT_US = 200000,       /* between two beats of the gateway's thread … */
    WEB_SILENT_US = 1000000,    /* … and after this time without one (hang.h), the service sends no heartbeats */
};

struct web {
    struct service *service;
    const struct paths *paths;
    struct own_asks own;              /* the loop's thread */
    struct announcement announcement; /* the loop's thread */
    struct gate gate;
    struct lan lan;
    bool takes_any; /* [web] users = any: browsers of other users of this machine may enter too */
    pthread_t thread;
    bool has_thread;
    atomic_bool ends;
    _Atomic int32_t task;      /* of the gateway's thread: its id; 0: it has not run yet */
    _Atomic uint64_t beats;    /* of that thread */
    struct hang_watch watched; /* by the loop */

    /* The gateway's thread. */
    struct lws_context *context;
    struct lws_vhost *vhost, *lan_vhost; /* lan_vhost NULL: no other machine may open pages */
    lws_sorted_usec_list_t timer;
    struct service_links *links;
    struct mailbox *mailbox;
    struct errands *errands;
    struct errands *makers;
    struct half_requests half;
    struct web_page *pages[WEB_PAGES];
    uint64_t pages_opened;
    struct inner_ask *inner[WEB_INNER_ASKS];
    uint64_t inner_sent;
    uint32_t drops, makings;

    /* The tree of OSC addresses (oscquery.h). */
    struct lws_vhost *tree; /* NULL: the gateway does not serve it */
    uint16_t tree_port;
    bool has_tree; /* the gateway serves it at the current port */
    bool tree_is_missed;
    uint64_t tree_ask; /* number of the inner ask for the port; 0: none */
    usec_t tree_asked;
};

#endif
