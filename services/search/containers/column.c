#include "services/search/containers/column.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/process/limits.h"

enum { STEP = 256 << 10 }; /* bytes; least growth */

static size_t whole_pages(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return (bytes + page - 1) / page * page;
}

static size_t count_bytes(const struct column *column)
{
    return column->count * column->width;
}

enum err column_open(struct column *column, size_t width, size_t most)
{
    size_t bytes = whole_pages(width * most);
    void *at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    *column = (struct column){ 0 };
    if (at == MAP_FAILED)
        return ERR_FULL;
    *column = (struct column){ .at = at, .width = width, .most = bytes };
    return ERR_OK;
}

void column_close(struct column *column)
{
    if (column->at)
        munmap(column->at, column->most);
    *column = (struct column){ 0 };
}

enum err column_map(struct column *column, int fd, off_t offset, size_t count)
{
    size_t bytes = whole_pages(count * column->width);

    if (count > column->most / column->width)
        return ERR_TOO_LARGE;
    if (count == 0)
        return ERR_OK;
    if (!limits_leave(bytes) ||
        mmap(column->at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, offset) == MAP_FAILED)
        return ERR_FULL;
    column->count = count;
    column->room = bytes;
    return ERR_OK;
}

void column_release(struct column *column)
{
    if (column->room)
        madvise(column->at, column->room, MADV_DONTNEED);
}

static enum err unlock_pages(struct column *column, size_t bytes)
{
    size_t room = column->room + (column->room / 8 > STEP ? column->room / 8 : STEP);

    if (bytes > column->most)
        return ERR_FULL;
    room = whole_pages(room < bytes ? bytes : room);
    if (room > column->most)
        room = column->most;
    if (!limits_leave(room - column->room) ||
        mprotect(column->at + column->room, room - column->room, PROT_READ | PROT_WRITE) != 0)
        return ERR_FULL;
    column->room = room;
    return ERR_OK;
}

enum err column_add(struct column *column, size_t more)
{
    size_t was = count_bytes(column), bytes = was + more * column->width;

    if (bytes > column->room && unlock_pages(column, bytes) != ERR_OK)
        return ERR_FULL;
    memset(column->at + was, 0, bytes - was);
    column->count += more;
    return ERR_OK;
}
