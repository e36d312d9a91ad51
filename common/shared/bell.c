#include "common/shared/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <string.h>

#include "common/file.h"
#include "common/shared/shm.h"

static const char *bell_name(const struct paths *paths, char to[SHM_NAME_SIZE])
{
    return shm_name(paths, "bell", to);
}

static mqd_t make_queue(const char *name)
{
    struct mq_attr shape = { .mq_maxmsg = BELL_DEPTH, .mq_msgsize = BELL_SIZE };

    return mq_open(name, O_RDONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600, &shape);
}

static bool has_shape(mqd_t queue)
{
    struct mq_attr shape;

    return mq_getattr(queue, &shape) == 0 && shape.mq_msgsize == BELL_SIZE;
}

enum err bell_make(const struct paths *paths, int *fd, struct fault *fault)
{
    char name[SHM_NAME_SIZE];
    mqd_t queue = make_queue(bell_name(paths, name));

    if (queue != (mqd_t)-1 && !has_shape(queue)) { /* made by another version */
        mq_close(queue);
        mq_unlink(name);
        queue = make_queue(name);
    }
    *fd = (int)queue;
    if (queue == (mqd_t)-1)
        return fault_errno(fault, file_err(errno), errno, "cannot make the message queue %s", name);
    return ERR_OK;
}

bool bell_take(int fd, char text[BELL_SIZE])
{
    ssize_t len = mq_receive((mqd_t)fd, text, BELL_SIZE, NULL);

    if (len < 0)
        return false;
    text[len < BELL_SIZE ? len : BELL_SIZE - 1] = '\0';
    return true;
}

void bell_close(int fd)
{
    if (fd >= 0)
        mq_close((mqd_t)fd);
}

void bell_remove(const struct paths *paths)
{
    char name[SHM_NAME_SIZE];

    mq_unlink(bell_name(paths, name));
}

void bell_ring(const struct paths *paths, const char *text)
{
    int number = errno;
    char name[SHM_NAME_SIZE];
    mqd_t queue = mq_open(bell_name(paths, name), O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    if (queue != (mqd_t)-1) {
        (void)mq_send(queue, text, strnlen(text, BELL_SIZE - 1), 0);
        mq_close(queue);
    }
    errno = number;
}
