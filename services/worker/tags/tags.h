/* tags.h: reads all tags of a file, whatever its container. One thread. */
#ifndef LOOPHOLE_WORKER_TAGS_H
#define LOOPHOLE_WORKER_TAGS_H

#include "services/worker/tags/kind.h"
#include "services/worker/tags/labels.h"

/* Adds the tags of a file of that container to `labels`; none if no reader knows the container. */
void tags_read(struct input *input, enum container container, struct labels *labels);

#endif
