/* zip.h: GET /zip?ids=ID,ID,…: the files of these items in one archive. Items that cannot be read are named in its
 * entry missing.txt. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ZIP_H
#define LOOPHOLE_FRONTENDS_WEB_ZIP_H

#include "frontends/web/visit.h"

bool zip_begin(struct visit *visit); /* false: close the connection */
void zip_drop(struct visit *visit);  /* the visit ends */

#endif
