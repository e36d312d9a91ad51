/* scan.h: one scan of a library, or of some of its folders, as an errand. It walks the folders and compares them with
 * the catalogue. It reports the differences to persist, and the files to analyse to the loop.
 *
 *   where is the volume now? ─ away ──────────────► nothing: the rows of volume and library say it
 *        │ here
 *   each folder: watch it, read it, compare ──► new and changed places to persist ──► files to analyse, as a report
 *        │
 *   settle: gone + new = moved; the other gone files: missing, within the limits
 *        │
 *   the library's record: path, online, files */
#ifndef LOOPHOLE_INDEXER_SCAN_H
#define LOOPHOLE_INDEXER_SCAN_H

#include "services/indexer/base/catalogue_reader.h"
#include "services/indexer/scan/scan_report.h"
#include "services/indexer/scan/scan_writer.h"

/* Copies the order. `catalogue`, `paths` and `mailbox` must outlive the scan. */
struct scan *scan_new(const struct paths *paths, struct catalogue_reader *catalogue, struct mailbox *mailbox,
                      const struct scan_order *order, const struct scan_events *events);
struct errand *scan_errand(struct scan *scan);
void scan_stop(struct scan *scan); /* asks it to end; one that hangs is lost after 5 s then, not after 60 s */
const struct scan_order *scan_order(const struct scan *scan);
bool scan_waits(const struct scan *scan); /* for persist */

#endif
