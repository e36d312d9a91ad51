/* The files of a backup: into it, out of it, and what a stranger may have put there. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/file.h"
#include "store/backup/carry.h"
#include "store/keys.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

static char path[2 * PATH_MAX], target[PATH_MAX + 64];

static void write_at(struct scratch *s, const char *name, const char *text)
{
    char *slash;

    snprintf(path, sizeof(path), "%s/%s", s->paths.data, name);
    slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(file_make_dirs(path, 0700, NULL), ERR_OK);
    *slash = '/';
    assert_int_equal(file_write_atomic(path, bytes_of(text, strlen(text)), 0644, NULL), ERR_OK);
}

static int empty_file(struct scratch *s)
{
    snprintf(path, sizeof(path), "%s/packed", s->paths.home);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    return fd;
}

static bool is_there(const char *name)
{
    struct stat st;

    snprintf(path, sizeof(path), "%s/%s", target, name);
    return lstat(path, &st) == 0;
}

static void clear_target(struct scratch *s)
{
    char command[PATH_MAX + 80];

    snprintf(target, sizeof(target), "%s/unpacked", s->paths.home);
    snprintf(command, sizeof(command), "rm -rf '%s'", target);
    assert_int_equal(system(command), 0);
}

static enum err unpack_all(struct scratch *s, int fd, bool with_settings, struct carry *unpacked, struct fault *fault)
{
    off_t end = lseek(fd, 0, SEEK_END);

    clear_target(s);
    *unpacked = (struct carry){ 0 };
    return carry_unpack(fd, 0, (uint64_t)end, target, with_settings, unpacked, fault);
}

SCRATCH_CLAIM(files_come_back_without_links_steps_and_locks)
{
    struct scratch *s = *state;
    struct carry packed = { 0 }, unpacked;
    int fd = empty_file(s);

    write_at(s, "patterns/drums/a.json", "{}");
    write_at(s, "patterns/.steps/state.json", "{}");
    write_at(s, "labels/X-1", "label");
    write_at(s, "projects/song/project.json", "{ }");
    write_at(s, "projects/song/project.lock", "");
    snprintf(path, sizeof(path), "%s/projects/song/private.wav", s->paths.data);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(carry_pack(&s->paths, fd, "packed", true, &packed, NULL), ERR_OK);
    assert_int_equal(packed.files, 3);
    assert_true(packed.has_projects);
    assert_int_equal(unpack_all(s, fd, false, &unpacked, NULL), ERR_OK);
    assert_int_equal(unpacked.files, 3);
    assert_true(is_there("patterns/drums/a.json") && is_there("labels/X-1") && is_there("projects/song/project.json"));
    assert_false(is_there("patterns/.steps") || is_there("projects/song/private.wav") ||
                 is_there("projects/song/project.lock"));
    close(fd);
}

static void add_entry(int fd, const char *name, uint64_t bytes, const char *text)
{
    size_t len = strlen(name);

    assert_int_equal(file_write_fd(fd, key_number((uint64_t)len << 32 | 0644).b, 8), ERR_OK);
    assert_int_equal(file_write_fd(fd, key_number(bytes).b, 8), ERR_OK);
    assert_int_equal(file_write_fd(fd, name, len), ERR_OK);
    assert_int_equal(file_write_fd(fd, text, strlen(text)), ERR_OK);
}

SCRATCH_CLAIM(a_path_that_leads_elsewhere_is_refused)
{
    static const char *const names[] = { "../out",
                                         "/tmp/out",
                                         "patterns/../../out",
                                         "patterns//out",
                                         "patterns/.",
                                         "patterns/",
                                         "patterns",
                                         "store/data.mdb",
                                         "web.gate",
                                         "loophole.conf/out",
                                         "links/out",
                                         "./patterns/out",
                                         "patterns/a/..",
                                         "" };
    struct scratch *s = *state;
    struct carry unpacked;
    struct fault fault;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        int fd = empty_file(s);
        fault = (struct fault){ 0 };
        add_entry(fd, names[i], 2, "no");
        assert_int_equal(unpack_all(s, fd, true, &unpacked, &fault), ERR_BAD_REQUEST);
        assert_true(fault.what[0]);
        close(fd);
    }
}

SCRATCH_CLAIM(a_file_that_is_there_twice_or_too_long_is_refused)
{
    struct scratch *s = *state;
    struct carry unpacked;
    struct fault fault = { 0 };
    int fd = empty_file(s);

    add_entry(fd, "patterns/a", 1, "a");
    add_entry(fd, "patterns/a", 1, "b");
    assert_int_equal(unpack_all(s, fd, false, &unpacked, &fault), ERR_BAD_REQUEST);
    close(fd);
    fd = empty_file(s);
    add_entry(fd, "patterns/a", UINT64_MAX, "a");
    assert_int_equal(unpack_all(s, fd, false, &unpacked, &fault), ERR_BAD_REQUEST);
    close(fd);
}

SCRATCH_CLAIM(settings_come_back_only_if_they_are_asked_for)
{
    struct scratch *s = *state;
    struct carry unpacked;
    int fd = empty_file(s);

    add_entry(fd, "loophole.conf", 4, "[a]\n");
    assert_int_equal(unpack_all(s, fd, false, &unpacked, NULL), ERR_OK);
    assert_true(unpacked.has_settings && !is_there("loophole.conf"));
    assert_int_equal(unpack_all(s, fd, true, &unpacked, NULL), ERR_OK);
    assert_true(is_there("loophole.conf"));
    close(fd);
}

/* Each bit of two entries, and each length: nothing is made outside of the target, and no read leaves the file. */
SCRATCH_CLAIM(damaged_files_are_refused_or_stay_below_the_target)
{
    struct scratch *s = *state;
    struct carry unpacked;
    struct fault fault = { 0 };
    int fd = empty_file(s);

    add_entry(fd, "patterns/a/b", 3, "abc");
    add_entry(fd, "labels/X-1", 1, "x");
    off_t end = lseek(fd, 0, SEEK_CUR);
    for (off_t at = 0; at < end; at++)
        for (int bit = 0; bit < 8; bit++) {
            uint8_t was, now;
            assert_int_equal(pread(fd, &was, 1, at), 1);
            now = was ^ (uint8_t)(1 << bit);
            assert_int_equal(pwrite(fd, &now, 1, at), 1);
            (void)unpack_all(s, fd, true, &unpacked, &fault);
            assert_int_equal(pwrite(fd, &was, 1, at), 1);
        }
    for (off_t cut = end - 1; cut > 0; cut--) {
        enum err e = carry_unpack(fd, 0, (uint64_t)cut, (clear_target(s), target), true, &unpacked, &fault);
        assert_true(e == ERR_BAD_REQUEST || cut == 31);
    }
    close(fd);
}
