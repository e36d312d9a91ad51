/* file_reading.h: sends a part of an open file as the body of an answer. A thread reads it, because its file system may
 * hang. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_FILE_READING_H
#define LOOPHOLE_FRONTENDS_WEB_FILE_READING_H

#include "frontends/web/visit.h"

/* Takes the descriptor over, and answers with the file, of `size` bytes, or the range that the browser asks for. False:
 * close the connection. */
bool file_reading_begin(struct visit *visit, int fd, uint64_t size, const char *type);

bool file_reading_write(struct visit *visit); /* the connection has room. False: close it */
void file_reading_end(struct visit *visit);   /* closes the file; if a thread still reads, that closes it */

#endif
