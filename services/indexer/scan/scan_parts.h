/* scan_parts.h: what the files that make up a scan share: scan.c (the whole), scan_folder.c (one folder),
 * scan_library.c (where the library is), scan_place.c (where a file is), scan_settle.c (what is gone and what is
 * new). The scan's thread alone touches it until the errand is done. */
#ifndef LOOPHOLE_INDEXER_SCAN_PARTS_H
#define LOOPHOLE_INDEXER_SCAN_PARTS_H

#include "services/indexer/scan/scan.h"

/* A folder of the walk. */
struct folder_node {
    struct folder_node *next;   /* of those still to visit */
    struct folder_node *parent; /* NULL: the library */
    struct id id;               /* zero: persist does not know it; it does when a medium is found in it */
    struct bytes name;
    const char *path;
    const char *below;
    bool deep;
    usec_t seen; /* when it was listed; steady clock … */
    bool has_as_of;
    uint64_t as_of;   /* … and the newest revision before that */
    bool is_reported; /* persist: whether it takes it or not */
};

/* A file whose place is new, held until it is known what is gone. */
struct newcomer {
    struct folder_node *node;
    struct folder_entry entry;
};

struct newcomer_list {
    size_t count, room;
    struct newcomer *at;
};

struct scan {
    struct errand errand;
    const struct paths *paths;
    struct catalogue_reader *catalogue;
    struct mailbox *mailbox;
    struct scan_events events;
    struct scan_order order;
    struct scan_result result;
    struct arena arena;  /* lasts as long as the scan */
    struct arena folder; /* lasts for one folder */
    struct scan_writer writer;
    atomic_bool waits;
    struct scan_report *report;
    usec_t report_sent;
    struct naming_rules rules;
    enum availability present; /* of a file that is there */
    struct folder_node *pending;
    struct gone_rows gone;
    bool has_as_of;
    uint64_t as_of; /* the newest revision before the scan */
    struct newcomer_list newcomers;
    uint64_t seen;     /* media files */
    uint64_t items;    /* items of the catalogue that were met, and were not missing before */
    uint64_t added;    /* new places */
    uint64_t too_long; /* names whose path is too long */
};

/* For the report: a file of a folder is to be heard. NULL: no memory. */
struct work *scan_add_work(struct scan *scan, const struct folder_node *node, struct id id, const char *path,
                           const struct trace *trace);

/* Watches, reads and compares a folder; folders below it that are to be visited too become pending. */
enum err scan_folder_visit(struct scan *scan, struct folder_node *node, struct fault *fault);

/* A node for a folder in a folder. NULL: no room (limits_leave), or the path is too long. */
struct folder_node *scan_folder_below(struct scan *scan, struct folder_node *parent, struct bytes name, bool deep);

/* Finds where the library is now and brings its volume's record up to date; sets result.library.path and online,
 * and present. result.away when it is not mounted. */
enum err scan_library_find(struct scan *scan, struct fault *fault);

/* Its record in the catalogue, when the scan changed it. */
enum err scan_library_put(struct scan *scan, struct fault *fault);

/* Reports all folders of newcomers that persist does not know, each level in one batch. Those that it refuses have
 * no id afterwards. */
enum err scan_place_folders(struct scan *scan, struct fault *fault);

/* Says of a file where it is. */
enum err scan_place(struct scan *scan, struct folder_node *node, const struct folder_entry *entry, struct fault *fault);

/* Says of an item that it is there, or not. */
enum err scan_place_presence(struct scan *scan, struct id id, enum availability availability, struct fault *fault);

/* The folder's id; persist gives it when it has none yet. */
enum err scan_place_folder(struct scan *scan, struct folder_node *node, struct id *id, struct fault *fault);

/* Between folders: new places, when there are enough of them for one report. Of a library's first scan alone:
 * what could have moved was never seen, so nothing is to be waited for. */
enum err scan_settle_some(struct scan *scan, struct fault *fault);

/* Moves, new places, and what is missing within the caps. */
enum err scan_settle(struct scan *scan, struct fault *fault);

/* All items of the library: offline. */
enum err scan_settle_away(struct scan *scan, struct fault *fault);

#endif
