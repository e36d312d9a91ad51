/* label_ways.h: the ways back, in DATA/labels. */
#ifndef LOOPHOLE_FRONTENDS_CLI_LABEL_WAYS_H
#define LOOPHOLE_FRONTENDS_CLI_LABEL_WAYS_H

#include "frontends/cli/send/labelling.h"

void label_way_name(const struct labelling *labelling, struct id item, int number, char to[LABEL_PATH_SIZE]);
int label_ways_count(const struct labelling *labelling, struct id item); /* they are numbered from 1 */

/* Syncs the way before the file changes. It replaces a way of this number. Errors: full, io. */
enum err label_way_keep(struct labelling *labelling, const struct relabel *relabel, struct id item, int number,
                        struct label_piece_list back, struct fault *fault);
enum err label_way_read(struct labelling *labelling, const char *path, struct buffer *bytes, struct labels_written *way,
                        struct fault *fault);
void label_ways_forget_undone(const struct labelling *labelling); /* they cannot be redone */

#endif
