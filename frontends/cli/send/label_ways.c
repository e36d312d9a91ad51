#include "frontends/cli/send/label_ways.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "proto/wire/codec.h"

enum { WAY_MOST = 8 << 20 };

void label_way_name(const struct labelling *labelling, struct id item, int number, char to[LABEL_PATH_SIZE])
{
    char id[ID_TEXT_SIZE];

    (void)snprintf(to, LABEL_PATH_SIZE, "%s/%s-%d", labelling->ways, id_write(item, id), number);
}

int label_ways_count(const struct labelling *labelling, struct id item)
{
    char path[LABEL_PATH_SIZE];
    int count = 0;

    do
        label_way_name(labelling, item, ++count, path);
    while (count <= WAYS_MOST && access(path, F_OK) == 0);
    return count - 1;
}

enum err label_way_keep(struct labelling *labelling, const struct relabel *relabel, struct id item, int number,
                        struct label_piece_list back, struct fault *fault)
{
    const struct labels_written way = { .path = bytes_of(relabel->path, strlen(relabel->path)),
                                        .size = (uint64_t)relabel->st.st_size,
                                        .digest = bytes_of(relabel->before.b, sizeof(relabel->before.b)),
                                        .new_size = relabel->size,
                                        .new_digest = bytes_of(relabel->after.b, sizeof(relabel->after.b)),
                                        .pieces = back,
                                        .has_write = true,
                                        .write = labelling->write };
    struct buffer bytes = { 0 };
    char path[LABEL_PATH_SIZE];

    if (number > WAYS_MOST) {
        fault_set(fault, ERR_FULL, "its labels were written %d times: undo keeps no more than that", number - 1);
        return fault_hint(fault, "`loophole labels restore ID` undoes the last write");
    }
    enum err e = file_make_dirs(labelling->ways, 0700, fault);
    if (e == ERR_OK)
        e = codec_encode(&labels_written_shape, &way, &bytes, fault);
    label_way_name(labelling, item, number, path);
    if (e == ERR_OK)
        e = file_write_atomic(path, bytes_of(bytes.at, (uint32_t)bytes.len), 0600, fault);
    buffer_free(&bytes);
    return e;
}

enum err label_way_read(struct labelling *labelling, const char *path, struct buffer *bytes, struct labels_written *way,
                        struct fault *fault)
{
    enum err e = file_read_all(path, WAY_MOST, bytes, fault);

    if (e == ERR_OK)
        e = codec_decode(&labels_written_shape, bytes_of(bytes->at, (uint32_t)bytes->len), &labelling->arena, way,
                         fault);
    return e;
}

void label_ways_forget_undone(const struct labelling *labelling)
{
    DIR *folder = opendir(labelling->ways);
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        if (strstr(entry->d_name, ".undone"))
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}
