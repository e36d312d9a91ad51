/* zip_file.h: writes a zip archive without compression (APPNOTE.TXT 6.3, without zip64). Its memory grows only with the
 * names. Any thread; one at a time. */
#ifndef LOOPHOLE_FRONTENDS_WEB_ZIP_FILE_H
#define LOOPHOLE_FRONTENDS_WEB_ZIP_FILE_H

#include "common/buffer.h"
#include "common/err.h"
#include "common/naming/safe_names.h"

/* The functions that write the archive. */
struct zip_sink {
    enum err (*append)(void *state, const void *bytes, size_t len, struct fault *fault);
    enum err (*replace)(void *state, uint64_t at, const void *bytes, size_t len, struct fault *fault);
    void *state;
};

/* A zeroed struct with its sink is an empty archive. */
struct zip_file {
    struct zip_sink sink;
    uint64_t at;             /* bytes written */
    struct safe_names names; /* of all entries */
    struct buffer directory; /* the central directory so far */
    uint32_t count;
    uint64_t entry; /* where the open entry begins */
    uint32_t crc;
    char name[SAFE_NAME_SIZE]; /* of the open entry */
};

/* Opens an entry for a file of this path. safe_names_choose gives it a name. */
enum err zip_open_entry(struct zip_file *zip, struct bytes path, struct fault *fault);
enum err zip_write_entry(struct zip_file *zip, const void *bytes, size_t len, struct fault *fault);
enum err zip_close_entry(struct zip_file *zip, struct fault *fault);

enum err zip_end(struct zip_file *zip, struct fault *fault); /* writes the directory; no entry is open */
void zip_free(struct zip_file *zip);

#endif
