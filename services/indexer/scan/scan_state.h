/* scan_state.h: the state that the files of a scan share: scan.c (the whole), scan_folder.c (one folder),
 * scan_library.c (where the library is), scan_place.c (where a file is), scan_moves.c (items that follow their files),
 * scan_folder_moves.c (folders that moved), scan_exchange.c (files of other libraries), scan_settle.c (gone and new
 * files), scan_trees.c (trees in the library), scan_links.c (links to folders outside), scan_state.c (what several of
 * them call). Only the scan's thread uses it until the errand is done. */
#ifndef LOOPHOLE_INDEXER_SCAN_STATE_H
#define LOOPHOLE_INDEXER_SCAN_STATE_H

#include "common/id_table.h"
#include "services/indexer/scan/compare.h"
#include "services/indexer/scan/scan_report.h"
#include "services/indexer/scan/scan_writer.h"

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

/* ---- scan_state.c: what the files of a scan share ---- */

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

#endif
