/* scan_links.h: a symbolic link in a library to a folder outside: the folder becomes a tree of the library, with the
 * rows, the watches and the volume of the folder itself. So its files count once however many links lead there, and no
 * link makes a loop. The tree is here as long as its link leads to it. */
#ifndef LOOPHOLE_INDEXER_SCAN_LINKS_H
#define LOOPHOLE_INDEXER_SCAN_LINKS_H

#include "services/indexer/scan/scan_state.h"

/* Notes the links of a folder that lead to folders. */
void scan_links_see(struct scan *scan, const struct folder_node *node, const struct entry_list *links);

/* Reads the libraries, and finds where the links of this one may lead. Errors: those of the store. */
enum err scan_links_rule(struct scan *scan);

/* Ok if the link of the tree is followed and leads to the path. Errors: not_found; timeout (a file system does not
 * answer). */
enum err scan_links_lead(struct scan *scan, const struct library *tree, struct bytes path);

/* Makes a tree of each folder to which a link leads, unless the folder is scanned already or has a library in it. Notes
 * whether the link of a tree appeared or disappeared. Errors: those of persist, full, timeout. */
enum err scan_links_settle(struct scan *scan, struct fault *fault);

#endif
