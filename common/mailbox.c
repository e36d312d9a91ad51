#include "common/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/alloc.h"

struct mailbox {
    pthread_mutex_t lock; /* of first and last */
    struct mail *first;
    struct mail **last;
    int fd;
};

enum err mailbox_new(struct mailbox **mailbox, struct fault *fault)
{
    struct mailbox *box = alloc_zeroed(1, sizeof(*box));

    box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (box->fd < 0) {
        free(box);
        return fault_errno(fault, ERR_IO, errno, "cannot make an event descriptor");
    }
    pthread_mutex_init(&box->lock, NULL);
    box->last = &box->first;
    *mailbox = box;
    return ERR_OK;
}

void mailbox_free(struct mailbox *mailbox)
{
    struct mail *next;

    if (!mailbox)
        return;
    for (struct mail *mail = mailbox->first; mail; mail = next) {
        next = mail->next;
        if (mail->drop)
            mail->drop(mail);
    }
    close(mailbox->fd);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

int mailbox_fd(const struct mailbox *mailbox)
{
    return mailbox->fd;
}

void mailbox_put(struct mailbox *mailbox, struct mail *mail)
{
    mail->next = NULL;
    pthread_mutex_lock(&mailbox->lock);
    *mailbox->last = mail;
    mailbox->last = &mail->next;
    pthread_mutex_unlock(&mailbox->lock);
    eventfd_write(mailbox->fd, 1);
}

void mailbox_open(struct mailbox *mailbox)
{
    eventfd_t count;

    eventfd_read(mailbox->fd, &count);
    pthread_mutex_lock(&mailbox->lock);
    struct mail *mail = mailbox->first;
    mailbox->first = NULL;
    mailbox->last = &mailbox->first;
    pthread_mutex_unlock(&mailbox->lock);
    while (mail) {
        struct mail *next = mail->next;
        mail->open(mail);
        mail = next;
    }
}
