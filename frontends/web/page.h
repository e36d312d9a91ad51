/* page.h: the WebSocket of an open page: its asks go to the services, answers and events come back. Bounded: bytes of a
 * message, asks under way, asks a second, unsent bytes. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_PAGE_H
#define LOOPHOLE_FRONTENDS_WEB_PAGE_H

#include "frontends/web/web.h"

/* NULL: there are too many pages, in all or of this device. `is_local`: the browser is on this machine. `device`: the
 * number of the token with which it came; 0: with none. */
struct web_page *page_open(struct web *web, struct lws *wsi, bool is_local, uint64_t device);

/* Ends the pages whose token was removed. */
void page_end_removed(struct web *web);
void page_close(struct web *web, struct web_page *page);

/* A piece of a message has arrived. False: the page must be disconnected. */
bool page_receive(struct web *web, struct web_page *page, const void *bytes, size_t len);

/* Sends the oldest unsent message. False: the page must be disconnected. */
bool page_send(struct web_page *page);

/* From the services. */
void page_answer(struct web *web, uint64_t number, struct text service, struct bytes frame);
void page_send_event(struct web *web, struct text topic, struct bytes frame);
void page_report_back(struct web *web, struct text service);

#endif
