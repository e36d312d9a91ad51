/* drop.h: POST /drop: a file from the desktop. It is written to a private temporary file, analysed (indexer.analyse)
 * and deleted; the answer is the body of that ask's answer, in MessagePack. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_DROP_H
#define LOOPHOLE_FRONTENDS_WEB_DROP_H

#include "frontends/web/visit.h"

void drop_clean(const struct web *web); /* deletes the files of a dead predecessor */

bool drop_begin(struct visit *visit);                                  /* false: close the connection, as below */
bool drop_receive(struct visit *visit, const void *bytes, size_t len); /* a piece of the file */
bool drop_complete(struct visit *visit);                               /* the whole body has come */
void drop_end(struct visit *visit); /* deletes the file, also of a half received body */

/* Makes the folder of temporary files, and writes its path. Errors: io, and those of file_make_dirs. */
enum err drop_folder(const struct web *web, char *to, size_t size, struct fault *fault);

#endif
