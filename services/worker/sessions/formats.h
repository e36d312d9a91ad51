/* formats.h: the parsers of session files, one for each program; NAME_read is in NAME.c. One thread. Errors:
 * bad_request, too_large, io, as in xml.h. What a parser does not know, it passes over: versions of a program
 * differ. */
#ifndef LOOPHOLE_WORKER_FORMATS_H
#define LOOPHOLE_WORKER_FORMATS_H

#include "services/worker/sessions/references.h"
#include "services/worker/sessions/unpack.h"

/* Each reads the session in `unpack` to its end, and adds its references to `to`. */
enum err ardour_read(struct unpack *unpack, struct references *to, struct fault *fault);
enum err hydrogen_read(struct unpack *unpack, struct references *to, struct fault *fault);
enum err live_read(struct unpack *unpack, struct references *to, struct fault *fault);
enum err lmms_read(struct unpack *unpack, struct references *to, struct fault *fault);
enum err reaper_read(struct unpack *unpack, struct references *to, struct fault *fault);

#endif
