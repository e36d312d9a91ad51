/* closing.h: closes files on file systems that may hang. Close waits for the file system, for example for a FUSE daemon
 * that does not answer, and nothing ends that wait. Threads of their own close the files, so the caller never waits. */
#ifndef LOOPHOLE_COMMON_CLOSING_H
#define LOOPHOLE_COMMON_CLOSING_H

enum { CLOSING_MOST = 16 /* threads; while all of them wait, files stay open */ };

/* Takes the descriptor; -1 is ignored. Any thread. */
void closing_start(int fd);

/* Threads that have waited in close for longer than 2.5 s. Any thread. */
unsigned closing_stuck(void);

#endif
