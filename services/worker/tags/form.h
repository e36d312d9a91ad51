/* form.h: how a file was written, apart from what is in it: files of one pack mostly agree, because one person saved
 * them with one program. One thread. */
#ifndef LOOPHOLE_WORKER_FORM_H
#define LOOPHOLE_WORKER_FORM_H

#include "services/worker/decode/input.h"
#include "services/worker/tags/kind.h"

/* Hashes of 3 bytes each, which a float keeps exactly: the order of the file's parts; its head without rate, channels
 * and lengths; the program that wrote it, as far as the file names it; the sizes of parts that do not depend on the
 * sound or on texts. */
enum { FORM_HASHES = 4, FORM_HASH = 3, FORM_SIZE = FORM_HASHES * FORM_HASH };

/* False: it is unknown: another container than WAV, AIFF, FLAC, Ogg and MP3, or a damaged file. */
bool form_read(struct input *input, enum container container, uint8_t to[FORM_SIZE]);

#endif
