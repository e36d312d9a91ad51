/* file_io.h: one file of a project's folder that a thread reads or writes, because its file system may hang. The
 * folder may come from a stranger: no link leads out of it unless a person trusts it (common/beneath/beneath.h). The
 * struct lives until `done` has returned. The loop's thread. */
#ifndef LOOPHOLE_PROJECT_FILE_IO_H
#define LOOPHOLE_PROJECT_FILE_IO_H

#include "common/beneath/beneath.h"
#include "proto/wire/tree.h"
#include "services/project/base/project.h"

enum file_io_kind {
    FILE_IO_READ,     /* reads the file into `bytes`; not_found: there is none; denied: it is a link out */
    FILE_IO_DOCUMENT, /* the same, and reads the bytes as a project.json */
    FILE_IO_OPEN,     /* … and finds the links out of its folder */
    FILE_IO_TRUST,    /* … after it trusts those of `bytes`: a list as `links`, or "" for all */
    FILE_IO_WRITE,    /* makes its folder and replaces the file atomically */
    FILE_IO_MEDIA,    /* the same of FOLDER/Media/KIND/FILE, through no link out of FOLDER, a project's */
    FILE_IO_RENEW,    /* writes it if it has the digest `was` */
    FILE_IO_ABSENT,   /* makes its folder; exists: the file is there */
    FILE_IO_SWEEP     /* the file is a project's: removes leftovers from its folder and its Media */
};

enum {
    FILE_IO_MOST = 16 << 20,   /* bytes of a file that is read */
    FILE_IO_CONTENT = 6 << 20, /* … without white space: twice those of a save, because other programs escape text */
    FILE_IO_LINKS = 256        /* links out of a folder that are listed */
};

/* A project.json that was read. */
struct document {
    struct arena arena;
    struct tree tree;
    struct fault unread; /* code ERR_OK: `tree` is valid */
    uint64_t key;        /* of its content (in_hand.h); 0: no file was read */
};

void file_move_document(struct document *to, struct document *from); /* frees what `to` has; zeroes `from` */

struct file_io {
    struct errand errand;
    enum file_io_kind kind;
    usec_t started; /* of the service: older temporary files are leftovers */
    char path[PATH_MAX];
    char real[PATH_MAX];      /* the path of its folder without links; "": unknown, or the file is written */
    struct buffer links;      /* of FILE_IO_OPEN: the first links out, each as links.h shows it, with its zero byte */
    char was[33];             /* of FILE_IO_RENEW: a hash in hex; "": no file is there */
    struct buffer bytes;      /* what was read, or what the file has */
    struct fault fault;       /* code ERR_OK: it is done */
    struct document document; /* of FILE_IO_DOCUMENT; `done` may take it, and leaves a zeroed one */
    struct in_hand *hand;     /* of the service */
    void (*done)(void *owner, struct file_io *io);
    void *owner;

    /* file_io.c: writes of one file are done one after the other, so the last one wins */
    struct project *p;
    struct file_io *next;
    bool is_started;
};

/* How long a file may hang, so that the reason reaches the client before its call ends at `deadline`: the time until
 * then less 2 s, or half of that time if that is longer. */
usec_t file_io_patience(usec_t deadline);

/* For other errands of a call: sets the patience to `most`, or to half of the time until `deadline` if that is shorter,
 * and answer_by to the end of file_io_patience. */
void file_io_hurry(struct errand *errand, usec_t most, usec_t deadline);

/* Starts it. `bytes` is copied. `done` is called once; after a thread that hung for `patience` (0: 10 s, which is also
 * the most), with the fault `timeout`, which has the path. */
void file_io_start(struct project *p, enum file_io_kind kind, const char *path, struct bytes bytes, usec_t patience,
                   void (*done)(void *owner, struct file_io *io), void *owner);

/* Replaces atomically a file that has the digest `was` ("": the file is missing, and its folder exists). If the file
 * has another digest, nothing is written, and the result has the bytes that were found. */
void file_io_renew(struct project *p, const char *path, const char *was, struct bytes bytes,
                   void (*done)(void *owner, struct file_io *io), void *owner);
void file_io_close(struct project *p); /* at the end of the service: drops waiting writes */

/* A file from a stranger is in hand while it is read (in_hand.h). One whose reading ended a process of this service is
 * refused by its path, whatever reads it: file_take_in_hand returns internal (explained), and the caller reads nothing
 * of it. Its key is its content, so a changed file is read. Any thread, which lays it down itself. */
struct file_in_hand {
    bool is_held;
};
enum err file_take_in_hand(struct file_in_hand *reading, struct in_hand *hand, const char *path, struct bytes content,
                           struct fault *fault);
void file_lay_down(const struct file_in_hand *reading);

/* Removes temporary files in the folder that are older than that: a predecessor left them when it died. Those of
 * this process stay, because the clock may have been set back since it started. Closes it; NULL: there is none. Any
 * thread. */
void file_io_sweep(DIR *folder, usec_t before);

#endif
