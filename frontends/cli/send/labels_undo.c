#include "frontends/cli/send/labels_undo.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontends/cli/send/label_ways.h"
#include "frontends/cli/send/labels.h"

static const char undone[] = ".undone"; /* ends the name of a way that was taken */

/* Reads the item of "ID-N", or of "ID-N.undone" if the write is redone. */
static bool read_name(const char *name, bool back, struct id *item)
{
    const char *end = strstr(name, undone);

    return strlen(name) > ID_TEXT_SIZE && name[ID_TEXT_SIZE - 1] == '-' && (end == NULL) == back &&
           id_read((struct text){ ID_TEXT_SIZE - 1, name }, item);
}

static bool is_of_write(struct labelling *labelling, const char *path)
{
    struct labels_written way = { 0 };
    struct buffer bytes = { 0 };
    struct fault none = { 0 };
    bool is = label_way_read(labelling, path, &bytes, &way, &none) == ERR_OK && way.has_write &&
              id_equal(way.write, labelling->write);

    buffer_free(&bytes);
    arena_reset(&labelling->arena);
    return is;
}

static enum err take_back(struct labelling *labelling, const struct item *item, const char *path, struct fault *fault)
{
    char taken[LABEL_PATH_SIZE + sizeof(undone)];
    enum way_taken way;
    enum err e = labels_take_way(labelling, item, path, &way, fault);

    if (e == ERR_OK && way == WAY_CHANGED)
        return fault_set(fault, ERR_CONFLICT, "it was changed since, or never written");
    (void)snprintf(taken, sizeof(taken), "%s%s", path, undone);
    if (e == ERR_OK)
        (void)rename(path, taken);
    return e;
}

static enum err write_again(struct labelling *labelling, const struct item *item, const char *path, struct fault *fault)
{
    bool is_same;
    enum err e = labels_write_item(labelling, item, &is_same, fault);

    if (e == ERR_OK)
        (void)unlink(path);
    return e;
}

static void remark_left(struct id id, const struct item *item, const struct fault *why)
{
    struct text name = item->media.name.len ? item->media.name : TEXT("an item");
    struct buffer line = { 0 };
    char written[ID_TEXT_SIZE];

    cli_print(&line, "the file of %.*s (%s) stays as it is: %s", TEXT_ARG(name), id_write(id, written), why->what);
    cli_remark(&line);
    buffer_free(&line);
}

static void take_one(struct labelling *labelling, struct id id, const char *path, bool back)
{
    struct fault why = { 0 };
    struct item item = { 0 };
    enum err e = labels_get_item(labelling, id, &item, &why);

    if (e == ERR_OK)
        e = back ? take_back(labelling, &item, path, &why) : write_again(labelling, &item, path, &why);
    if (e != ERR_OK)
        remark_left(id, &item, &why);
    arena_reset(&labelling->arena);
}

/* A restored backup has no ways, and a person may remove their folder. */
static enum err explain_no_ways(const struct labelling *labelling, struct fault *fault)
{
    struct buffer line = { 0 };

    if (errno != ENOENT)
        return fault_set(fault, ERR_IO, "%.200s cannot be read", labelling->ways);
    cli_print(&line, "the files stay as they are: %.200s is not there", labelling->ways);
    cli_remark(&line);
    buffer_free(&line);
    return ERR_OK;
}

enum err labels_take_write(struct cli *cli, struct id write, bool back, struct fault *fault)
{
    struct labelling labelling;
    char path[LABEL_PATH_SIZE];
    struct dirent **names;
    struct id item;

    labels_begin(&labelling, cli);
    labelling.write = write;
    labelling.is_again = true;
    int count = scandir(labelling.ways, &names, NULL, alphasort); /* all at once: the folder changes below */
    if (count < 0)
        return explain_no_ways(&labelling, fault);
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof(path), "%.*s/%.60s", PATH_MAX, labelling.ways, names[i]->d_name);
        if (read_name(names[i]->d_name, back, &item) && is_of_write(&labelling, path))
            take_one(&labelling, item, path, back);
        free(names[i]);
    }
    free(names);
    labels_end(&labelling);
    return ERR_OK;
}
