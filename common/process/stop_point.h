/* stop_point.h: named points between the steps of a write, at which tests end the process. Any thread. */
#ifndef LOOPHOLE_COMMON_STOP_POINT_H
#define LOOPHOLE_COMMON_STOP_POINT_H

/* Ends the process at once, as a kill does, if the file that the environment names as LOOPHOLE_STOP has this name as
 * its content. It removes the file first, so the successor goes on. Without that variable it does nothing. */
void stop_point(const char *name);

#endif
