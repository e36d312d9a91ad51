/* as_wav.h: GET /media/ID?as=wav: the sound of an item as WAV of float32, for formats that a browser does not decode. A
 * sandboxed worker decodes it; the gateway reads no byte of the item's file. The gateway's thread. */
#ifndef LOOPHOLE_FRONTENDS_WEB_AS_WAV_H
#define LOOPHOLE_FRONTENDS_WEB_AS_WAV_H

#include "frontends/web/visit.h"

/* Takes the descriptor over. False: close the connection. */
bool as_wav_begin(struct visit *visit, int fd, const char extension[TEXT_EXTENSION_SIZE]);

#endif
