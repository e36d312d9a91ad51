/* stat_in_child.h: calls stat on a file system that may hang, in a child process that is killed after
 * STAT_IN_CHILD_US. A child that does not die keeps one descriptor of the service open: the folder
 * (common/process/dying.h). Any thread. */
#ifndef LOOPHOLE_COMMON_STAT_IN_CHILD_H
#define LOOPHOLE_COMMON_STAT_IN_CHILD_H

#include <sys/stat.h>

enum { STAT_IN_CHILD_US = 2500000 };

/* As stat of a name in the folder; it triggers no automount. Returns 0 or an errno: ETIMEDOUT when the file system does
 * not answer, EAGAIN when too many processes wait for file systems already, or none can be made. */
int stat_in_child(int folder, const char *name, struct stat *to);

#endif
