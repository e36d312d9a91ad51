/* connection.h: the callbacks of libwebsockets: each calls a function of page.h or visit.h. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_CONNECTION_H
#define LOOPHOLE_FRONTENDS_WEB_CONNECTION_H

#include "frontends/web/web.h"

enum { CONNECTION_BROWSER, CONNECTION_DESCRIPTOR };

/* By the numbers above: of browsers, and of descriptors that report the arrival of messages. */
extern const struct lws_protocols connection_protocols[];

#endif
