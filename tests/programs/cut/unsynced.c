#include "tests/programs/cut/unsynced.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, ALL_LOST_ONE_IN = 3 };

struct sector {
    off_t number;
    char old[SECTOR];
};

struct file {
    struct file *next;
    dev_t device;
    ino_t inode;
    int fd; /* our own descriptor: the file may be renamed and removed meanwhile */
    off_t old_size;
    void *sectors; /* tsearch's tree */
};

struct name {
    struct name *before;
    enum name_event event;
    bool is_folder;
    char from[PATH_MAX], to[PATH_MAX];
    char kept[64]; /* the removed file, in `gone`; "": none */
};

struct unsynced {
    int folder, gone;
    unsigned seed;
    unsigned kept_count;
    unsigned all_synced; /* number of syncs of everything */
    struct file *files;
    struct name *names; /* the newest first */
};

struct unsynced *unsynced_open(const char *folder, unsigned seed)
{
    struct unsynced *u = calloc(1, sizeof(*u));
    char gone[PATH_MAX];

    if (!u)
        return NULL;
    snprintf(gone, sizeof(gone), "%s.gone", folder);
    mkdir(gone, 0700);
    u->seed = seed;
    u->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    u->gone = open(gone, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (u->folder >= 0 && u->gone >= 0)
        return u;
    unsynced_close(u);
    return NULL;
}

static void drop_file(struct file *f)
{
    tdestroy(f->sectors, free);
    close(f->fd);
    free(f);
}

static void drop_all(struct unsynced *u)
{
    while (u->files) {
        struct file *f = u->files;
        u->files = f->next;
        drop_file(f);
    }
    while (u->names) {
        struct name *n = u->names;
        u->names = n->before;
        if (n->kept[0])
            unlinkat(u->gone, n->kept, 0);
        free(n);
    }
}

void unsynced_all_is_safe(struct unsynced *u)
{
    drop_all(u);
    u->all_synced++;
}

void unsynced_close(struct unsynced *u)
{
    drop_all(u);
    close(u->folder);
    close(u->gone);
    free(u);
}

int unsynced_folder(const struct unsynced *u)
{
    return u->folder;
}

/* ---- the bytes of files ---- */

static struct file **find_file(struct unsynced *u, const struct stat *st)
{
    struct file **f = &u->files;

    while (*f && ((*f)->inode != st->st_ino || (*f)->device != st->st_dev))
        f = &(*f)->next;
    return f;
}

static int file_of(struct unsynced *u, int fd, struct file **file, off_t *size)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    *size = st.st_size;
    *file = *find_file(u, &st);
    if (*file)
        return 0;
    struct file *f = calloc(1, sizeof(*f));
    int own = f ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if (own < 0) {
        free(f);
        return -ENOMEM;
    }
    *f = (struct file){ u->files, st.st_dev, st.st_ino, own, st.st_size, NULL };
    *file = u->files = f;
    return 0;
}

static int by_number(const void *a, const void *b)
{
    off_t x = ((const struct sector *)a)->number, y = ((const struct sector *)b)->number;

    return (x > y) - (x < y);
}

static struct sector *sector_at(struct file *f, off_t number)
{
    struct sector key = { .number = number };
    struct sector **found = tfind(&key, &f->sectors, by_number);

    return found ? *found : NULL;
}

static int keep_sector(struct file *f, off_t number)
{
    if (sector_at(f, number))
        return 0;
    struct sector *s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->number = number;
    if (pread(f->fd, s->old, SECTOR, number * SECTOR) >= 0 && tsearch(s, &f->sectors, by_number))
        return 0;
    free(s);
    return -EIO;
}

static int keep_range(struct file *f, off_t from, off_t end)
{
    int e = 0;

    for (off_t n = from / SECTOR; e == 0 && n * SECTOR < end; n++)
        e = keep_sector(f, n);
    return e;
}

int unsynced_before_write(struct unsynced *u, int fd, off_t to, size_t size)
{
    struct file *f;
    off_t was;
    int e = file_of(u, fd, &f, &was);

    return e ? e : keep_range(f, to, to + (off_t)size);
}

int unsynced_before_truncate(struct unsynced *u, int fd, off_t size)
{
    struct file *f;
    off_t was;
    int e = file_of(u, fd, &f, &was);

    return e ? e : keep_range(f, size, was);
}

/* The present bytes are now final: in a sector that other writes touched too, only these bytes. */
void unsynced_range_is_safe(struct unsynced *u, int fd, off_t from, size_t size)
{
    struct stat st;
    off_t end = from + (off_t)size;
    struct file *f = fstat(fd, &st) == 0 ? *find_file(u, &st) : NULL;

    for (off_t n = from / SECTOR; f && n * SECTOR < end; n++) {
        struct sector *s = sector_at(f, n);
        off_t first = n * SECTOR > from ? n * SECTOR : from;
        off_t last = (n + 1) * SECTOR < end ? (n + 1) * SECTOR : end;
        if (s && pread(fd, s->old + first % SECTOR, (size_t)(last - first), first) != last - first)
            abort();
    }
    if (f && f->old_size < end)
        f->old_size = end;
}

void unsynced_file_is_safe(struct unsynced *u, int fd)
{
    struct stat st;
    struct file **at = fstat(fd, &st) == 0 ? find_file(u, &st) : NULL;

    if (!at || !*at)
        return;
    struct file *f = *at;
    *at = f->next;
    drop_file(f);
}

/* ---- names ---- */

static bool is_in(const char *path, const char *folder)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;

    if (!path[0])
        return false;
    if (strcmp(folder, ".") == 0)
        return !slash;
    return slash && strlen(folder) == len && strncmp(path, folder, len) == 0;
}

void unsynced_names_are_safe(struct unsynced *u, const char *folder)
{
    for (struct name **at = &u->names; *at;) {
        struct name *n = *at;
        if (!is_in(n->from, folder) && !is_in(n->to, folder)) {
            at = &n->before;
            continue;
        }
        *at = n->before;
        if (n->kept[0])
            unlinkat(u->gone, n->kept, 0);
        free(n);
    }
}

/* Moves the entry at `path` to the folder `gone`. */
static int take_away(struct unsynced *u, const char *path, char kept[64])
{
    snprintf(kept, 64, "%d-%u", (int)getpid(), u->kept_count++);
    return renameat(u->folder, path, u->gone, kept) < 0 ? -errno : 0;
}

static int do_event(struct unsynced *u, struct name *n)
{
    struct stat st;

    if (n->event == NAME_MADE)
        return 0;
    if (n->event == NAME_REMOVED) {
        if (fstatat(u->folder, n->from, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return -errno;
        n->is_folder = S_ISDIR(st.st_mode);
        if (n->is_folder)
            return unlinkat(u->folder, n->from, AT_REMOVEDIR) < 0 ? -errno : 0;
        return take_away(u, n->from, n->kept);
    }
    if (fstatat(u->folder, n->from, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (faccessat(u->folder, n->to, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && take_away(u, n->to, n->kept) < 0)
        return -EIO;
    return renameat(u->folder, n->from, u->folder, n->to) < 0 ? -errno : 0;
}

int unsynced_name(struct unsynced *u, enum name_event event, const char *from, const char *to)
{
    struct name *n = calloc(1, sizeof(*n));

    if (!n)
        return -ENOMEM;
    n->event = event;
    snprintf(n->from, sizeof(n->from), "%s", from);
    snprintf(n->to, sizeof(n->to), "%s", to ? to : "");
    int e = do_event(u, n);
    if (e) {
        free(n);
        return e;
    }
    n->before = u->names;
    u->names = n;
    return 0;
}

static int put_back(struct unsynced *u, const struct name *n, const char *path)
{
    if (n->is_folder)
        return mkdirat(u->folder, path, 0700);
    return n->kept[0] ? renameat(u->gone, n->kept, u->folder, path) : 0;
}

static int undo_event(struct unsynced *u, struct name *n)
{
    char nowhere[64];

    if (n->event == NAME_MADE)
        return take_away(u, n->from, nowhere);
    if (n->event == NAME_REMOVED)
        return put_back(u, n, n->from);
    if (renameat(u->folder, n->to, u->folder, n->from) < 0)
        return -errno;
    return put_back(u, n, n->to);
}

/* ---- the cut ---- */

struct losing {
    struct unsynced *u;
    struct file *file;
    bool all;
    int error;
    unsigned files, sectors, sectors_lost, names, names_lost;
};

static bool is_lost(struct losing *l)
{
    return l->all || rand_r(&l->u->seed) % 2;
}

static void lose_sector(const void *node, VISIT order, void *losing)
{
    const struct sector *s = *(struct sector *const *)node;
    struct losing *l = losing;

    if (order != postorder && order != leaf)
        return;
    l->sectors++;
    if (!is_lost(l))
        return;
    l->sectors_lost++;
    if (pwrite(l->file->fd, s->old, SECTOR, s->number * SECTOR) != SECTOR)
        l->error = -EIO;
}

static void lose_bytes(struct losing *l, struct file *f)
{
    struct stat st;

    l->files++;
    l->file = f;
    if (fstat(f->fd, &st) < 0)
        l->error = -errno;
    twalk_r(f->sectors, lose_sector, l);
    if (ftruncate(f->fd, is_lost(l) ? f->old_size : st.st_size) < 0)
        l->error = -errno;
}

static void lose_names(struct losing *l)
{
    for (const struct name *n = l->u->names; n; n = n->before)
        l->names++;
    l->names_lost = l->all || l->names == 0 ? l->names : (unsigned)rand_r(&l->u->seed) % (l->names + 1);
    struct name *n = l->u->names;
    for (unsigned i = 0; i < l->names_lost; i++, n = n->before)
        if (undo_event(l->u, n) < 0) {
            fprintf(stderr, "lossy: %s %s: %s\n", n->from, n->to, strerror(errno));
            l->error = -errno;
        }
}

int unsynced_lose(struct unsynced *u)
{
    struct losing l = { .u = u, .all = rand_r(&u->seed) % ALL_LOST_ONE_IN == 0 };

    for (struct file *f = u->files; f; f = f->next)
        lose_bytes(&l, f);
    lose_names(&l);
    printf("{\"files\":%u,\"sectors\":%u,\"sectors_lost\":%u,\"names\":%u,\"names_lost\":%u,\"syncfs\":%u}\n", l.files,
           l.sectors, l.sectors_lost, l.names, l.names_lost, u->all_synced);
    return l.error;
}
