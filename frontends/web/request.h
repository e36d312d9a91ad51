/* request.h: an HTTP request and its path. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_REQUEST_H
#define LOOPHOLE_FRONTENDS_WEB_REQUEST_H

#include "frontends/web/visit.h"

/* A request has come, with all its headers. NULL: the connection must be closed. */
struct visit *request_begin(struct web *web, struct lws *wsi, const char *path);
bool request_write(struct visit *visit); /* the connection has room. False: close it */
bool request_look(struct visit *visit);  /* from time to time. False: the browser is silent; close the connection */
void request_end(struct visit *visit);   /* the connection is closed, or the answer is complete; NULL is allowed */

#endif
