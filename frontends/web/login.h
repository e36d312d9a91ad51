/* login.h: the page on which a browser of another machine gives the password, and POST /login. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_LOGIN_H
#define LOOPHOLE_FRONTENDS_WEB_LOGIN_H

#include "frontends/web/visit.h"

bool login_show(struct visit *visit);                                   /* the page */
bool login_begin(struct visit *visit);                                  /* the form comes as the body */
bool login_receive(struct visit *visit, const void *bytes, size_t len); /* a piece of the form */
bool login_complete(struct visit *visit);                               /* answers with a cookie, or with the reason */

#endif
