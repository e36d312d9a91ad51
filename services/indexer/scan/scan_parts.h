/* scan_parts.h: the state that the files of a scan share: scan.c (the whole), scan_folder.c (one folder),
 * scan_library.c (where the library is), scan_place.c (where a file is), scan_moves.c (items that follow their files),
 * scan_folder_moves.c (folders that moved), scan_exchange.c (files of other libraries), scan_settle.c (gone and new
 * files), scan_trees.c (trees in the library), scan_links.c (links to folders outside), scan_parts.c (what several of
 * them call). Only the scan's thread uses it until the errand is done. */
#ifndef LOOPHOLE_INDEXER_SCAN_PARTS_H
#define LOOPHOLE_INDEXER_SCAN_PARTS_H

#include "common/id_table.h"
#include "services/indexer/scan/scan.h"

/* A folder of the walk. */
struct folder_node {
    struct folder_node *next;   /* of the folders still to visit */
    struct folder_node *parent; /* NULL: the library */
    struct id id;               /* zero: persist has no row of it; the walk asks for one when it finds a media file */
    struct bytes name;
    const char *path;
    const char *below;
    bool deep;
    bool is_listed;  /* by its parent, in this scan */
    bool is_counted; /* the listing of its parent counts it as failed, if it cannot be read */
    usec_t seen;     /* when the walk listed it, on the steady clock … */
    bool has_as_of;
    uint64_t as_of;   /* … and the newest revision before that */
    bool is_reported; /* the report with it was sent; persist may have refused it */
};

/* A file at a new place, or another one at a known place. It may be a gone file that moved, so the scan keeps it until
 * all gone files are known. */
struct newcomer {
    struct folder_node *node;
    struct folder_entry entry;
    size_t gone; /* it lies at the place of an item that had another file: 1 + the index of that row; 0: no item */
    bool again;  /* its times say nothing: it is read again */
};

/* The file of an item, which may be that of another item: all but the inode is the same. */
struct suspect {
    struct folder_node *node;
    struct folder_entry entry;
    struct compared compared;
};

struct suspect_list {
    size_t count, room;
    struct suspect *at;
};

struct newcomer_list {
    size_t count, room;
    struct newcomer *at;
};

/* A session file that the scan saw. */
struct seen_session {
    const char *path;
    struct trace trace;
};

struct seen_session_list {
    size_t count, room;
    struct seen_session *at;
};

/* A mount or folder inside the library that has a state of its own: a tree. Its files are not the library's. */
struct scan_tree {
    struct scan_tree *next;
    struct bytes path;
    struct id id;     /* of its row; zero: it has no row yet */
    struct id volume; /* of its row */
    bool is_online;
    bool is_folder; /* a folder; else a mount */
    bool is_met;    /* the walk found it, and left it out */
};

struct scan_link; /* scan_links.c */

struct scan {
    struct errand errand;
    const struct paths *paths;
    struct catalogue_reader *catalogue;
    struct mailbox *mailbox;
    struct scan_events events;
    struct scan_order order;
    struct scan_result result;
    struct arena arena;  /* valid as long as the scan */
    struct arena folder; /* valid for one folder */
    struct scan_writer writer;
    atomic_bool waits;
    struct scan_report *report;
    usec_t report_sent;
    struct naming_rules rules;
    bool is_cloud;                 /* the whole library lies in a cloud */
    uint64_t seen_as;              /* the answer of availability.check about the library's place, before the scan */
    struct library_list libraries; /* all, before the scan */
    struct scan_tree *trees;
    struct scan_link *links;
    uint32_t link_count;
    struct folder_node *pending;
    struct gone_rows gone;
    bool has_as_of;
    uint64_t as_of; /* the newest revision before the scan */
    struct newcomer_list newcomers;
    struct suspect_list suspects;
    struct id_table copies; /* items that became older ones (scan_moves_to_copy) */
    struct seen_session_list sessions;
    uint64_t seen;     /* media files */
    uint64_t items;    /* items that were not missing before, and whose files the walk saw */
    uint64_t added;    /* new places */
    uint64_t returned; /* items that were missing */
    uint64_t covered;  /* items that are below a mount now */
    uint64_t denied;   /* folders of the catalogue that may not be read */
    uint64_t went;     /* … that went after their parent was listed: the scan knows nothing about their files */
    uint64_t absent;   /* items that were missing before, and still are */
    uint64_t too_long; /* names whose path is too long */
    uint64_t vanished; /* items that were not missing before, and whose files are gone */
    uint64_t sessions_known, sessions_gone;
};

/* ---- scan_parts.c: what the files of a scan share ---- */

/* False: the path is too long. */
bool scan_target_path(const struct scan *scan, const struct scan_target *target, char path[PATH_MAX]);

/* True if the folder lies in a cloud, by its library or by the setting availability.cloud. */
bool scan_is_cloud(const struct scan *scan, const char *folder);

/* Keeps a file until all gone files are known. `gone`: as in struct newcomer. False: no room. */
bool scan_hold_newcomer(struct scan *scan, struct folder_node *node, const struct folder_entry *entry, size_t gone);

/* Adds a file that is to be analysed to the report. */
struct analysis *scan_add_work(struct scan *scan, const struct folder_node *node, struct id id, const char *path,
                               const struct trace *trace);

/* A file that is the same as before. Adds it to the report, if it must be analysed. */
void scan_analyse_unchanged(struct scan *scan, const struct folder_node *node, const struct compared *compared);

/* Adds the file of an item to the report, if the item must be analysed although its file has not changed. Its place was
 * reported. */
void scan_analyse_placed(struct scan *scan, const struct folder_node *node, struct id id, const struct place *place);

/* ---- the files of a scan ---- */

/* Watches a folder, lists it, and compares it with the catalogue. Adds the subfolders that the scan must visit to
 * `pending`. */
enum err scan_folder_visit(struct scan *scan, struct folder_node *node, struct fault *fault);

/* Makes a node for a folder below `parent`. NULL: no room (limits_leave), or the path is too long. */
struct folder_node *scan_folder_below(struct scan *scan, struct folder_node *parent, struct bytes name, bool deep);

/* Finds the library's present place. Sets result.library.path and result.library.online, and result.away if its volume
 * or its folder is absent. Errors: timeout (its file system does not answer). */
enum err scan_library_find(struct scan *scan, struct fault *fault);

/* Call it before anything counts as gone. Errors: conflict (the library's folder went, or a mount at or below it was
 * exchanged, since scan_library_find). */
enum err scan_library_is_same(struct scan *scan, struct fault *fault);

/* Writes the library's record if the scan changed it. */
enum err scan_library_put(struct scan *scan, struct fault *fault);

/* Reports the unknown folders of all newcomers to persist, each level in one batch. Refused folders have no id
 * afterwards. */
enum err scan_place_folders(struct scan *scan, struct fault *fault);

/* Reports where a file is. `again`: it is read again, even if its times are those of the catalogue. */
enum err scan_place(struct scan *scan, struct folder_node *node, const struct folder_entry *entry, bool again,
                    struct fault *fault);

/* Reports whether an item has its file at the place that was looked at. */
enum err scan_place_presence(struct scan *scan, const struct gone *gone, enum item_state availability,
                             struct fault *fault);

/* Finds the items of other libraries of the volume whose files lie at places of this library's items now. They become
 * gone items that have moved. Errors: full, io. */
enum err scan_exchange_find(struct scan *scan, struct fresh *fresh, size_t count, struct fault *fault);

/* After the walk: a suspect whose inode, size and times are those of another item of the volume is that item's file. It
 * becomes a newcomer at the place of an item that had another file. Errors: full, io. */
enum err scan_exchange_suspects(struct scan *scan, struct fault *fault);

/* Returns the id of the folder, and asks persist for one if the folder has none. */
enum err scan_place_folder(struct scan *scan, struct folder_node *node, struct id *id, struct fault *fault);

/* Reports new places when there are enough for one report. Call it between two folders, and only in the first scan of a
 * library: the catalogue has no items there that could have moved, so the report need not wait for the end of the
 * scan. */
enum err scan_settle_some(struct scan *scan, struct fault *fault);

/* Moves each folder of the catalogue that is gone, and whose items are all at their places below one new folder. It is
 * one move for all of them, and their `fresh` then say that none moved. Call it before scan_place_folders. */
enum err scan_folder_moves_send(struct scan *scan, struct fresh *fresh, struct fault *fault);

/* Reports the moves of all items whose file is a newcomer (`fresh`, one for each). An item leaves its place before
 * another item gets it. An item whose file was replaced by that of another one is put aside, and counts as gone. */
enum err scan_moves_send(struct scan *scan, const struct fresh *fresh, struct fault *fault);

/* Has a tagged item whose file is gone follow to a copy: a younger item of the same content and file name that no
 * person has touched. persist makes both one item, under the older id. Sets gone->moved if there is such a copy. */
enum err scan_moves_to_copy(struct scan *scan, struct gone *gone, struct fault *fault);

/* Reports moves, new places, and missing items within the limits. */
enum err scan_settle(struct scan *scan, struct fault *fault);

/* Notes the mounts inside the library, and the trees that it has. */
struct place_seen;
void scan_trees_note(struct scan *scan, const struct place_seen *seen);

/* True if the walk must not enter that folder, because it is a tree or the trigger of an automount. */
bool scan_trees_meet(struct scan *scan, const struct folder_node *parent, struct bytes name);

/* Notes all items below a folder that is gone, except the items of trees, which have a state of their own. */
enum err scan_trees_gone(struct scan *scan, struct id folder);

/* In the scan of a mount inside a library. An earlier version, without trees, gave the mount's items to the library:
 * moves these items to the tree, if their files are here. The function touches the mount, so it runs in the lane of its
 * volume. Errors: those of persist, full. */
enum err scan_trees_adopt(struct scan *scan, struct fault *fault);

/* Makes a tree of each mount that the walk found and that is not a library yet, and of each folder that the setting
 * availability.cloud names. Errors: those of persist, timeout. */
enum err scan_trees_put(struct scan *scan, struct fault *fault);

/* Adds the row of a tree of this library, and has the items return that were forgotten with the library. `link` empty:
 * the tree lies inside the library. Errors: those of persist. */
enum err scan_trees_add(struct scan *scan, struct id folder, struct id volume, struct bytes path, struct bytes link,
                        struct fault *fault);

/* Notes the links of a folder that lead to folders. */
void scan_links_see(struct scan *scan, const struct folder_node *node, const struct entry_list *links);

/* Reads the libraries, and finds where the links of this one may lead. Errors: those of the store. */
enum err scan_links_rule(struct scan *scan);

/* Ok if the link of the tree is followed and leads to the path. Errors: not_found; timeout (a file system does not
 * answer). */
enum err scan_links_lead(struct scan *scan, const struct library *tree, struct bytes path);

/* Makes a tree of each folder to which a link leads, unless the folder is scanned already or has a library in it. Notes
 * whether the link of a tree appeared or disappeared. Errors: those of persist, full, timeout. */
enum err scan_links_settle(struct scan *scan, struct fault *fault);

/* Notes the session files of a folder. Errors: full. */
enum err scan_sessions_see(struct scan *scan, const struct folder_node *node, const struct entry_list *files,
                           struct fault *fault);

/* After the walk: counts the known sessions of the library, and those whose files are gone and not just moved. Errors:
 * those of catalogue_reader.h. */
enum err scan_sessions_count(struct scan *scan, struct fault *fault);

/* After all places are reported: reads new and changed sessions, looks again for items of older ones, and reports
 * sessions that are gone. A later scan does what cannot be done now. Errors: timeout; conflict (as
 * scan_library_is_same). */
enum err scan_sessions_settle(struct scan *scan, struct fault *fault);

#endif
