#include "proto/transport/socket_file.h"

#include <stdio.h>
#include <sys/stat.h>

static ino_t read_inode(const struct socket_file *file)
{
    struct stat st;

    return stat(file->address + sizeof("ipc://") - 1, &st) == 0 ? st.st_ino : 0;
}

void socket_file_note(struct socket_file *file, const char *address)
{
    (void)snprintf(file->address, sizeof(file->address), "%s", address);
    file->inode = read_inode(file);
}

/* As long as a process holds the socket, no other file gets its inode. */
bool socket_file_is_other(struct socket_file *file)
{
    const ino_t inode = read_inode(file);
    const bool is_other = inode != 0 && inode != file->inode;

    file->inode = is_other ? inode : file->inode;
    return is_other;
}
