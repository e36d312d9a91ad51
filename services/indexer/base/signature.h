/* signature.h: whether a file without an extension is media, by its first bytes. It opens the file, so call it in an
 * errand only, and never for a file that may be in a cloud. Any thread. */
#ifndef LOOPHOLE_INDEXER_SIGNATURE_H
#define LOOPHOLE_INDEXER_SIGNATURE_H

#include "schema_media.h"

/* The kind of the file `name` in the open folder: audio or midi; KIND_OTHER: neither, or no regular file. `unsure` is
 * set if it exists and cannot be read: it may be a known sound. */
enum kind signature_kind(int folder, const char *name, bool *unsure);

#endif
