/* file_check.h: compares many files with what is known of them, in the background: at a low priority, one check after
 * the other. Only a copy with another size or time is read, and no link leads to one outside the project's folder
 * (beneath.h). It also says whether Media/Audio has a file that is not among them. */
#ifndef LOOPHOLE_PROJECT_FILE_CHECK_H
#define LOOPHOLE_PROJECT_FILE_CHECK_H

#include "services/project/base/project.h"

struct checked_file {
    char *path;
    uint64_t size;   /* as known; an item … */
    usec_t mtime;    /* … differs if it has others, or is gone */
    char digest[33]; /* of a copy, in hex: it differs if it is there and has another one */
    bool differs;    /* after the check */
};

struct file_check {
    struct errand errand;
    uint32_t count;
    struct checked_file *files; /* paths are from alloc.h */
    uint32_t items;             /* the first files; the others are copies, below … */
    char *folder;               /* … the project's folder; from alloc.h; NULL: none */
    size_t folder_len;          /* with its slash */
    bool looks_at_media;        /* also at its Media/Audio: … */
    bool has_others;            /* … after the check: it has a file that is none of `files` */
    void (*done)(struct project *p, struct file_check *check, bool lost); /* lost: the thread hangs */
    struct project *p;
    const char *data; /* for beneath.h */

    /* of recheck.c */
    struct id project;
    uint32_t media_ends; /* of struct project, when it began */
};

/* A new one with room for `most` files. file_check_start starts it; `done` is called once, and frees nothing. */
struct file_check *file_check_new(struct project *p, uint32_t most);
void file_check_add(struct file_check *check, struct checked_file file);
void file_check_start(struct file_check *check);

#endif
