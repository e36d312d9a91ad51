/* scan_exchange.h: files that exchanged their places with files of another library on the same volume. A scan sees only
 * its own library: at the place of an item lies a file that is none of its own. If sizes and times are equal too, the
 * inode alone shows it. */
#ifndef LOOPHOLE_INDEXER_SCAN_EXCHANGE_H
#define LOOPHOLE_INDEXER_SCAN_EXCHANGE_H

#include "services/indexer/scan/scan_state.h"

/* Finds the items of other libraries of the volume whose files lie at places of this library's items now. They become
 * gone items that have moved. Errors: full, io. */
enum err scan_exchange_find(struct scan *scan, struct fresh *fresh, size_t count, struct fault *fault);

/* After the walk: a suspect whose inode, size and times are those of another item of the volume is that item's file. It
 * becomes a newcomer at the place of an item that had another file. Errors: full, io. */
enum err scan_exchange_suspects(struct scan *scan, struct fault *fault);

#endif
