#include <fcntl.h>
#include <sys/wait.h>

#include "store/files.h"
#include "store/open/local.h"
#include "store/open/store_open.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

static struct bytes bytes_from(const char *text)
{
    return bytes_of(text, strlen(text));
}

static const char *numbered_name(uint32_t number)
{
    static char text[16];

    snprintf(text, sizeof(text), "%08u", number);
    return text;
}

SCRATCH_CLAIM(a_reader_of_a_store_that_is_not_there_is_reported_offline)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };
    struct store *store = NULL;

    assert_int_equal(store_open(&s->paths, STORE_READER, &store, &fault), ERR_OFFLINE);
    assert_true(fault.what[0] != 0);
}

SCRATCH_CLAIM(a_reader_of_a_store_that_is_half_made_is_left_with_nothing)
{
    struct scratch *s = *state;
    struct store *store = NULL;
    char directory[PATH_MAX + 8];

    snprintf(directory, sizeof(directory), "%s/store", s->paths.data);
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_int_equal(store_open_directory(directory, STORE_WRITER, 0, &store, NULL), ERR_OK);
    store_close(store);
    assert_int_equal(store_open(&s->paths, STORE_READER, &store, NULL), ERR_OFFLINE);
    assert_null(store);
}

SCRATCH_CLAIM(committed_rows_are_there_after_opening_again)
{
    struct scratch *s = *state;
    struct bytes value;

    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(txn_put(s->w.txn, DB_META, bytes_from("name"), bytes_from("value")), ERR_OK);
    scratch_commit(s);
    scratch_close(s);
    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(txn_get(s->w.txn, DB_META, bytes_from("name"), &value), ERR_OK);
    assert_true(bytes_equal(value, bytes_from("value")));
}

/* Writes the number of the last commit into lock.mdb, as a disk does that returns an older page. In a child, because
 * closing the file here would release LMDB's locks. */
static void set_last(const struct scratch *s, size_t number)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        char path[PATH_MAX + 32];
        snprintf(path, sizeof(path), "%s/store/lock.mdb", s->paths.data);
        int fd = open(path, O_WRONLY);
        _exit(fd >= 0 && pwrite(fd, &number, sizeof(number), 48) == sizeof(number) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

SCRATCH_CLAIM(a_lock_file_from_other_commits_undoes_no_commit)
{
    static const int offsets[] = { -9, -1, 1, 8 };
    struct scratch *s = *state;
    struct bytes value;

    scratch_open(s);
    for (uint32_t i = 0; i < 40; i++) {
        if (i % 10 == 9) {
            uint64_t newest;
            store_readers(s->store, NULL, 0, &newest);
            set_last(s, (size_t)((int64_t)newest + offsets[i / 10]));
        }
        scratch_begin(s);
        assert_int_equal(txn_put(s->w.txn, DB_META, bytes_from(numbered_name(i)), bytes_from("value")), ERR_OK);
        scratch_commit(s);
    }
    scratch_begin(s);
    for (uint32_t i = 0; i < 40; i++)
        assert_int_equal(txn_get(s->w.txn, DB_META, bytes_from(numbered_name(i)), &value), ERR_OK);
}

/* Opens the store, reads, and closes it, again and again. Ends with the number of reads that failed. */
static pid_t start_reader(const struct scratch *s)
{
    pid_t child = fork();
    int failed = 0;

    if (child != 0)
        return child;
    for (uint32_t i = 0; i < 2000; i++) {
        struct store *store = NULL;
        struct txn *txn;
        if (store_open(&s->paths, STORE_READER, &store, NULL) != ERR_OK || store_read(store, &txn, NULL) != ERR_OK)
            failed++;
        else
            txn_end(txn);
        store_close(store);
    }
    _exit(failed > 100 ? 100 : failed);
}

SCRATCH_CLAIM(processes_that_open_and_close_the_store_at_once_all_read_it)
{
    struct scratch *s = *state;
    pid_t readers[4];
    int status = -1;

    scratch_open(s);
    scratch_begin(s);
    scratch_commit(s);
    scratch_close(s); /* so that the last reader to close it is alone */
    for (size_t i = 0; i < 4; i++)
        readers[i] = start_reader(s);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
        assert_int_equal(status, 0);
    }
}

SCRATCH_CLAIM(aborted_rows_were_never_there)
{
    struct scratch *s = *state;
    struct bytes value;

    scratch_open(s);
    scratch_begin(s);
    assert_int_equal(txn_put(s->w.txn, DB_META, bytes_from("name"), bytes_from("value")), ERR_OK);
    txn_end(s->w.txn);
    scratch_begin(s);
    assert_int_equal(txn_get(s->w.txn, DB_META, bytes_from("name"), &value), ERR_NOT_FOUND);
    assert_int_equal(txn_delete(s->w.txn, DB_META, bytes_from("name")), ERR_NOT_FOUND);
}

SCRATCH_CLAIM(a_reader_sees_the_moment_in_which_it_began)
{
    struct scratch *s = *state;
    struct txn *before, *after;
    struct bytes value;

    scratch_open(s);
    assert_int_equal(store_read(s->store, &before, NULL), ERR_OK);
    scratch_begin(s);
    assert_int_equal(txn_put(s->w.txn, DB_META, bytes_from("name"), bytes_from("value")), ERR_OK);
    scratch_commit(s);
    assert_int_equal(store_read(s->store, &after, NULL), ERR_OK);
    assert_int_equal(txn_get(before, DB_META, bytes_from("name"), &value), ERR_NOT_FOUND);
    assert_int_equal(txn_get(after, DB_META, bytes_from("name"), &value), ERR_OK);
    txn_end(before);
    txn_end(after);
}

SCRATCH_CLAIM(a_walk_goes_in_order_and_ends_with_its_prefix)
{
    struct scratch *s = *state;
    static const char *const keys[] = { "b1", "a2", "b3", "c", "b2" };
    char seen[32] = "";
    struct walk walk;

    scratch_open(s);
    scratch_begin(s);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(txn_put(s->w.txn, DB_PLACE, bytes_from(keys[i]), bytes_from("x")), ERR_OK);
    assert_int_equal(walk_begin(s->w.txn, DB_PLACE, bytes_from("b2"), bytes_from("b"), &walk), ERR_OK);
    while (walk_next(&walk))
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%.2s ", (const char *)walk.key.at);
    walk_end(&walk);
    assert_string_equal(seen, "b2 b3 ");
    assert_int_equal(txn_count(s->w.txn, DB_PLACE), 5);
}

/* Every other number exists. They are looked up in any order, so that one look-up begins where any other has ended. */
SCRATCH_CLAIM(a_reader_finds_what_is_there_and_nothing_else_in_any_order)
{
    enum { COUNT = 5000, LOOKS = 40000 };
    struct scratch *s = *state;
    struct txn *reader;
    uint32_t draw = 1;

    scratch_open(s);
    scratch_begin(s);
    for (uint32_t i = 0; i < COUNT; i += 2)
        assert_int_equal(txn_put(s->w.txn, DB_META, bytes_from(numbered_name(i)), bytes_from(numbered_name(i))),
                         ERR_OK);
    scratch_commit(s);
    assert_int_equal(store_read(s->store, &reader, NULL), ERR_OK);
    for (uint32_t i = 0; i < LOOKS; i++) {
        draw = draw * 1664525 + 1013904223;
        uint32_t number = i % 3 ? (draw >> 8) % (COUNT + 10) : i % COUNT; /* far and near */
        struct bytes value = { 0 };
        bool is_there = number % 2 == 0 && number < COUNT;
        assert_int_equal(txn_get(reader, DB_META, bytes_from(numbered_name(number)), &value),
                         is_there ? ERR_OK : ERR_NOT_FOUND);
        assert_true(!is_there || bytes_equal(value, bytes_from(numbered_name(number))));
    }
    assert_int_equal(txn_get(reader, DB_META, bytes_from(""), &(struct bytes){ 0 }), ERR_INTERNAL);
    assert_int_equal(txn_get(reader, DB_QUERY, bytes_from("x"), &(struct bytes){ 0 }), ERR_NOT_FOUND);
    txn_end(reader);
}

SCRATCH_CLAIM(when_all_readers_slots_are_taken_the_next_one_is_busy_and_writes_go_on)
{
    enum { READERS = 254 };
    struct scratch *s = *state;
    struct txn *readers[READERS], *other;

    scratch_open(s);
    for (uint32_t i = 0; i < READERS; i++)
        assert_int_equal(store_read(s->store, &readers[i], NULL), ERR_OK);
    assert_int_equal(store_read(s->store, &other, NULL), ERR_BUSY);
    scratch_begin(s);
    assert_int_equal(txn_put(s->w.txn, DB_META, bytes_from("name"), bytes_from("value")), ERR_OK);
    scratch_commit(s);
    txn_end(readers[0]);
    assert_int_equal(store_read(s->store, &readers[0], NULL), ERR_OK);
    for (uint32_t i = 0; i < READERS; i++)
        txn_end(readers[i]);
}

SCRATCH_CLAIM(a_second_writer_is_refused)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };
    struct store *second = NULL;

    scratch_open(s);
    assert_int_equal(store_open(&s->paths, STORE_WRITER, &second, &fault), ERR_EXISTS);
    assert_true(fault.hint[0] != 0);
    scratch_close(s);
    scratch_open(s);
}

SCRATCH_CLAIM(a_full_map_refuses_the_write_and_takes_the_next)
{
    struct scratch *s = *state;
    static uint8_t large[1 << 20];
    enum err e = ERR_OK;

    scratch_config(s, "[store]\nmap_mib = 4\n");
    scratch_open(s);
    scratch_begin(s);
    for (uint8_t i = 0; e == ERR_OK && i < 10; i++)
        e = txn_put(s->w.txn, DB_PLACE, bytes_of(&i, 1), bytes_of(large, sizeof(large)));
    assert_int_equal(e, ERR_FULL);
    txn_end(s->w.txn);
    scratch_begin(s);
    assert_int_equal(txn_put(s->w.txn, DB_PLACE, bytes_from("small"), bytes_from("x")), ERR_OK);
    scratch_commit(s);
}

SCRATCH_CLAIM(a_dead_readers_slot_is_cleared)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };
    int status;

    scratch_open(s);
    pid_t child = fork();
    if (child == 0) { /* opens an environment of its own, and dies inside a transaction */
        struct store *store;
        struct txn *txn;
        enum err e = store_open(&s->paths, STORE_READER, &store, &fault);
        if (e == ERR_OK)
            e = store_read(store, &txn, &fault);
        _exit((int)e);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ERR_OK);
    assert_int_equal(store_clear_readers(s->store), 1);
    assert_int_equal(store_clear_readers(s->store), 0);
}

SCRATCH_CLAIM(a_store_left_half_made_is_made_again)
{
    struct scratch *s = *state;
    char path[PATH_MAX + 32];

    snprintf(path, sizeof(path), "%s/store", s->paths.data);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/store/data.mdb", s->paths.data);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("half of a head", file);
    fclose(file);
    scratch_open(s);
    assert_int_equal(scratch_problems(s), 0);
}

/* As on a failing disk: it may be an intact store. */
SCRATCH_CLAIM(a_store_that_cannot_be_looked_at_is_neither_blank_nor_removed)
{
    struct scratch *s = *state;
    char directory[PATH_MAX + 8], file[PATH_MAX + 32];
    struct store *store = NULL;
    struct stat st;

    snprintf(directory, sizeof(directory), "%s/store", s->paths.data);
    snprintf(file, sizeof(file), "%s/data.mdb", directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_int_equal(symlink("data.mdb", file), 0); /* in a circle: ELOOP, for root too */
    assert_false(files_are_blank(directory));
    files_drop_blank(directory);
    assert_int_equal(lstat(file, &st), 0);
    assert_int_not_equal(store_open_directory(directory, STORE_WRITER, 0, &store, NULL), ERR_OK);
    assert_int_equal(lstat(file, &st), 0);
    assert_null(store);
}

SCRATCH_CLAIM(a_bad_setting_is_reported)
{
    struct scratch *s = *state;
    struct fault fault = { 0 };

    scratch_config(s, "[store]\nmap_mib = plenty\n");
    assert_int_equal(store_open(&s->paths, STORE_WRITER, &s->store, &fault), ERR_BAD_REQUEST);
    assert_non_null(strstr(fault.what, "loophole.conf"));
}

SCRATCH_CLAIM(network_file_systems_are_known_by_their_magic)
{
    assert_string_equal(local_network_name(0x6969), "NFS");
    assert_string_equal(local_network_name(0xFF534D42), "CIFS");
    assert_null(local_network_name(0xEF53));     /* ext4 */
    assert_null(local_network_name(0x01021994)); /* tmpfs */
    assert_null(local_network_name(0x65735546)); /* FUSE: by its backend */
    assert_true(local_fuse_is_network("fuse.sshfs", "me@host:/dir"));
    assert_true(local_fuse_is_network("fuse.rclone", "drive:"));
    assert_true(local_fuse_is_network("fuse.gvfsd-fuse", "gvfsd-fuse"));
    assert_true(local_fuse_is_network("fuse.unheard-of", "host:/export"));
    assert_false(local_fuse_is_network("fuseblk", "/dev/sdb1"));
    assert_false(local_fuse_is_network("fuse.lossy", "lossy"));
    assert_false(local_fuse_is_network("fuse.mergerfs", "/a:/b"));
    assert_false(local_fuse_is_network("fuse.mergerfs", "1:2"));
    assert_false(local_fuse_is_network("fuse.unionfs", "a:/b"));
    assert_false(local_fuse_is_network("fuse.mhddfs", "/a;/b"));
    assert_false(local_fuse_is_network("fuse.unheard-of", "1:2"));
}
