/* socket_file.h: the file of a service's socket. By it a client sees that the service has a successor. One thread. */
#ifndef LOOPHOLE_PROTO_SOCKET_FILE_H
#define LOOPHOLE_PROTO_SOCKET_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct socket_file {
    char address[PATH_MAX]; /* "ipc://…" */
    ino_t inode;            /* 0: there was no file */
};

/* Called before the client connects to `address`. Sets `inode`. */
void socket_file_note(struct socket_file *file, const char *address);

/* True once for each other file that is there. */
bool socket_file_is_other(struct socket_file *file);

#endif
