#include "services/indexer/scan/scan_place.h"

enum err scan_place_folder(struct scan *scan, struct folder_node *node, struct id *id, struct fault *fault)
{
    struct persist_put_folder put = { .folder = { .volume = scan->order.library.volume, .name = node->name } };
    struct done done = { 0 };
    enum err e = ERR_OK;

    if (id_is_zero(node->id)) {
        e = scan_place_folder(scan, node->parent, &put.folder.parent, fault);
        if (e == ERR_OK)
            e = scan_writer_ask(&scan->writer, "persist.put_folder", &put, &done, fault);
        node->id = done.id;
    }
    *id = node->id;
    return e;
}

/* The topmost folder on its path that persist does not know; NULL: none. */
static struct folder_node *first_unknown(struct folder_node *node)
{
    struct folder_node *first = NULL;

    for (; node->parent && id_is_zero(node->id); node = node->parent)
        first = node;
    return first;
}

static enum err report_folder(struct scan *scan, struct folder_node *node, struct fault *fault)
{
    struct operation operation = {
        .has_folder = true,
        .folder = { .volume = scan->order.library.volume, .parent = node->parent->id, .name = node->name }
    };

    node->is_reported = true;
    return scan_writer_add(&scan->writer, &operation, node, fault);
}

static enum err report_level(struct scan *scan, bool *any, struct fault *fault)
{
    enum err e = ERR_OK;

    *any = false;
    for (size_t i = 0; e == ERR_OK && i < scan->newcomers.count; i++) {
        struct folder_node *node = first_unknown(scan->newcomers.at[i].node);
        if (!node || node->is_reported)
            continue;
        *any = true;
        e = report_folder(scan, node, fault);
    }
    return e == ERR_OK ? scan_writer_flush(&scan->writer, fault) : e;
}

enum err scan_place_folders(struct scan *scan, struct fault *fault)
{
    enum err e = ERR_OK;

    for (bool any = true; e == ERR_OK && any;)
        e = report_level(scan, &any, fault);
    return e;
}

enum err scan_place(struct scan *scan, struct folder_node *node, const struct folder_entry *entry, bool again,
                    struct fault *fault)
{
    const char *below = walk_join(&scan->folder, node->below, (const char *)entry->name.at);
    char library[PATH_MAX];
    struct id folder;
    enum err e = scan_place_folder(scan, node, &folder, fault);

    if (e != ERR_OK)
        return e;
    bytes_copy(library, sizeof(library), scan->result.library.path);
    struct operation place = {
        .has_place = true,
        .place = { .folder = folder,
                   .file = entry->name,
                   .kind = { .value = (int32_t)entry->kind },
                   .size = entry->trace.size,
                   .mtime = entry->trace.mtime,
                   .inode = entry->trace.inode,
                   .pack = naming_pack(&scan->folder, library, below),
                   .availability = { .value = entry->is_online_only ? ITEM_STATE_ONLINE_ONLY : ITEM_STATE_LOCAL },
                   .has_as_of = node->has_as_of,
                   .as_of = node->as_of,
                   .has_changed = entry->trace.changed != 0,
                   .changed = entry->trace.changed,
                   .has_again = again || scan->order.full,
                   .again = again || scan->order.full },
    };
    return scan_writer_add(&scan->writer, &place, node, fault);
}

enum err scan_place_presence(struct scan *scan, const struct gone *gone, enum item_state availability,
                             struct fault *fault)
{
    struct operation presence = { .has_presence = true,
                                  .presence = { .id = gone->id,
                                                .availability = { .value = (int32_t)availability },
                                                .has_as_of = scan->has_as_of,
                                                .as_of = scan->as_of,
                                                .has_folder = true,
                                                .folder = gone->folder,
                                                .file = gone->file } };

    return scan_writer_add(&scan->writer, &presence, NULL, fault);
}
