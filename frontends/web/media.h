/* media.h: GET /media/ID: the bytes of an item's file, or its sound as WAV (?as=wav). Only ids of the catalogue lead to
 * files, so a browser names no path. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_MEDIA_H
#define LOOPHOLE_FRONTENDS_WEB_MEDIA_H

#include "frontends/web/visit.h"

bool media_begin(struct visit *visit, const char *id); /* false: close the connection */
void media_drop(struct visit *visit);                  /* the visit ends */

#endif
