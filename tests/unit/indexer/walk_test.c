#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/indexer/scan/walk.h"
#include "tests/unit/claim.h"

struct fixture {
    struct mailbox *mailbox;
    char folder[64];
    struct arena arena;
    struct errand errand;
    struct folder_listing listing;
};

static const char *path_of(struct fixture *f, const char *name)
{
    return walk_join(&f->arena, f->folder, name);
}

static void put_file(struct fixture *f, const char *name, size_t size)
{
    int fd = open(path_of(f, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    close(fd);
}

/* An errand that does not run: walk_read only asks it whether to continue. */
static void do_nothing(struct errand *errand)
{
    (void)errand;
}

static void noop_done(struct errand *errand, bool lost)
{
    (void)errand, (void)lost;
}

static int begin_walk(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->folder, "/tmp/loophole-walk.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->errand = (struct errand){ .run = do_nothing, .done = noop_done, .drop = do_nothing, .patience = 1000000 };
    assert_int_equal(mailbox_new(&f->mailbox, NULL), ERR_OK);
    f->errand.errands = errands_new(f->mailbox, 1);
    *state = f;
    return 0;
}

static int end_walk(void **state)
{
    struct fixture *f = *state;
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", f->folder);
    assert_int_equal(system(command), 0);
    assert_true(errands_end(f->errand.errands));
    mailbox_free(f->mailbox);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static enum err read_folder(struct fixture *f, const struct naming_rules *rules, const char *folder)
{
    return walk_read(&f->errand, folder, "", rules, false, &f->arena, &f->listing, NULL);
}

CLAIM_WITH(media_and_folders_are_listed_in_the_order_of_their_bytes, begin_walk, end_walk)
{
    static const char *const names[] = { "b.wav", "A.wav", "a.wav", "\xff.wav", "a b.flac", "note.txt" };
    static const char *const sorted[] = { "A.wav", "a b.flac", "a.wav", "b.wav", "\xff.wav" };
    struct fixture *f = *state;

    for (size_t i = 0; i < 6; i++)
        put_file(f, names[i], 10 + i);
    assert_int_equal(mkdir(path_of(f, "z"), 0700), 0);
    assert_int_equal(mkdir(path_of(f, "drums.wav"), 0700), 0);
    assert_int_equal(read_folder(f, &(struct naming_rules){ 0 }, f->folder), ERR_OK);
    assert_int_equal(f->listing.files.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal((const char *)f->listing.files.at[i].name.at, sorted[i]);
    assert_int_equal(f->listing.files.at[3].trace.size, 10);
    assert_true(f->listing.files.at[3].trace.inode != 0);
    assert_int_equal(f->listing.folders.count, 2);
    assert_string_equal((const char *)f->listing.folders.at[0].name.at, "drums.wav");
}

CLAIM_WITH(links_to_folders_are_listed_and_not_followed, begin_walk, end_walk)
{
    struct fixture *f = *state;

    put_file(f, "real.wav", 7);
    assert_int_equal(symlink("real.wav", path_of(f, "link.wav")), 0);
    assert_int_equal(symlink(".", path_of(f, "self")), 0);
    assert_int_equal(symlink("..", path_of(f, "up.wav")), 0);
    assert_int_equal(symlink("nowhere", path_of(f, "dangling.wav")), 0);
    assert_int_equal(symlink("round.wav", path_of(f, "round.wav")), 0);
    assert_int_equal(mkfifo(path_of(f, "kick.wav"), 0600), 0);
    assert_int_equal(read_folder(f, &(struct naming_rules){ 0 }, f->folder), ERR_OK);
    assert_int_equal(f->listing.folders.count, 0);
    assert_int_equal(f->listing.links.count, 2);
    assert_int_equal(f->listing.files.count, 2);
    assert_string_equal((const char *)f->listing.files.at[0].name.at, "link.wav");
    assert_int_equal(f->listing.files.at[0].trace.size, 7);
}

static uint32_t count_listed(struct fixture *f, const char *below, const struct naming_rules *rules)
{
    assert_int_equal(walk_read(&f->errand, path_of(f, below), below, rules, false, &f->arena, &f->listing, NULL),
                     ERR_OK);
    return f->listing.files.count;
}

CLAIM_WITH(a_link_to_a_file_outside_counts_only_where_the_rules_let_it_lead, begin_walk, end_walk)
{
    struct fixture *f = *state;
    struct bytes other = bytes_of("/etc", 4);
    struct naming_rules rules = { 0 };

    assert_int_equal(mkdir(path_of(f, "kit"), 0700), 0);
    assert_int_equal(symlink("/etc/passwd", path_of(f, "kit/out.wav")), 0);
    assert_int_equal(symlink("../kit/out.wav", path_of(f, "kit/by another.wav")), 0);
    assert_int_equal(symlink("/proc/self/exe", path_of(f, "kit/program.wav")), 0);
    put_file(f, "real.wav", 7);
    assert_int_equal(symlink("../real.wav", path_of(f, "kit/inside.wav")), 0);
    assert_int_equal(count_listed(f, "kit", &rules), 1);
    assert_string_equal((const char *)f->listing.files.at[0].name.at, "inside.wav");
    assert_int_equal(f->listing.led_out, 3);
    rules.leads = (struct bytes_list){ .count = 1, .at = &other };
    assert_int_equal(count_listed(f, "kit", &rules), 3);
    other = bytes_of("/", 1);
    assert_int_equal(count_listed(f, "kit", &rules), 4);
}

CLAIM_WITH(a_folder_that_became_a_link_is_not_entered, begin_walk, end_walk)
{
    struct fixture *f = *state;
    const struct naming_rules rules = { 0 };

    assert_int_equal(mkdir(path_of(f, "kit"), 0700), 0);
    assert_int_equal(mkdir(path_of(f, "kit/inner"), 0700), 0);
    put_file(f, "kit/inner/a.wav", 1);
    assert_int_equal(count_listed(f, "kit/inner", &rules), 1);
    assert_int_equal(rename(path_of(f, "kit"), path_of(f, "moved")), 0);
    assert_int_equal(symlink("moved", path_of(f, "kit")), 0);
    assert_int_equal(walk_read(&f->errand, path_of(f, "kit/inner"), "kit/inner", &rules, false, &f->arena, &f->listing,
                               NULL),
                     ERR_NOT_FOUND);
}

CLAIM_WITH(a_name_counts_as_listed_unless_a_folder_on_its_path_lists_another, begin_walk, end_walk)
{
    struct fixture *f = *state;

    assert_int_equal(mkdir(path_of(f, "Kit"), 0700), 0);
    put_file(f, "Kit/Kick.wav", 1);
    assert_true(walk_lists(f->folder, path_of(f, "Kit/Kick.wav")));
    assert_false(walk_lists(f->folder, path_of(f, "Kit/kick.wav")));
    assert_false(walk_lists(f->folder, path_of(f, "kit/Kick.wav")));
    assert_false(walk_lists(f->folder, path_of(f, "Kit/Kick.wa")));
    assert_true(walk_lists(path_of(f, "none"), path_of(f, "none/Kick.wav"))); /* a folder that cannot be read */
    assert_true(walk_inode(path_of(f, "Kit/Kick.wav")) != 0);
    assert_int_equal(link(path_of(f, "Kit/Kick.wav"), path_of(f, "Kit/Hard.wav")), 0);
    assert_true(walk_inode(path_of(f, "Kit/Kick.wav")) == 0);
}

CLAIM_WITH(a_path_that_is_not_a_folder_is_not_found, begin_walk, end_walk)
{
    struct fixture *f = *state;

    put_file(f, "file.wav", 1);
    assert_int_equal(symlink(".", path_of(f, "self")), 0);
    assert_int_equal(read_folder(f, &(struct naming_rules){ 0 }, path_of(f, "file.wav")), ERR_NOT_FOUND);
    assert_int_equal(read_folder(f, &(struct naming_rules){ 0 }, path_of(f, "self")), ERR_NOT_FOUND);
    assert_int_equal(read_folder(f, &(struct naming_rules){ 0 }, path_of(f, "none")), ERR_NOT_FOUND);
}
