/* Backups with a valid digest and an invalid image: only reading them shows it. */
#include <fcntl.h>
#include <sys/wait.h>

#include "store/backup/backup.h"
#include "store/backup/check_in_child.h"
#include "store/backup/trailer.h"
#include "store/keys.h"
#include "tests/unit/claim.h"
#include "tests/unit/store/scratch.h"

enum { PAGE = 4096, LAST_PAGE_AT = 136, DAMAGES = 40, DAMAGES_LONG = 5000 };

static struct carry carried;
static char file[PATH_MAX + 32], data[PATH_MAX + 32];

static void fill_store(struct scratch *s, int items)
{
    char name[32];

    snprintf(file, sizeof(file), "%s/catalogue.backup", s->paths.home);
    snprintf(data, sizeof(data), "%s/store/data.mdb", s->paths.data);
    scratch_open(s);
    scratch_begin(s);
    scratch_ground(s);
    for (int i = 0; i < items; i++) {
        snprintf(name, sizeof(name), "sound %d.wav", i);
        scratch_put(s, name);
    }
    scratch_commit(s);
}

static void delete_meta(struct scratch *s, const char *name)
{
    struct key key = key_name(name);

    scratch_begin(s);
    assert_int_equal(txn_delete(s->w.txn, DB_META, key_bytes(&key)), ERR_OK);
    scratch_commit(s);
}

/* The data of the closed store as a backup, whatever it contains. */
static void sign_data(struct backup what)
{
    struct stat st;
    char command[3 * PATH_MAX];

    snprintf(command, sizeof(command), "cp '%s' '%s'", data, file);
    assert_int_equal(system(command), 0);
    int fd = open(file, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    what.bytes = (uint64_t)st.st_size;
    assert_int_equal(trailer_write(fd, file, &what, NULL), ERR_OK);
    close(fd);
}

static void is_refused(struct scratch *s, const char *reason)
{
    struct backup restored;
    struct fault fault = { 0 };

    assert_int_equal(backup_restore(&s->paths, file, false, &restored, &carried, &fault), ERR_INTERNAL);
    assert_non_null(strstr(fault.what, reason));
    scratch_open(s);
    assert_int_equal(store_read(s->store, &s->w.txn, NULL), ERR_OK);
    assert_int_equal(txn_count(s->w.txn, DB_MEDIA), 3);
}

SCRATCH_CLAIM(a_backup_without_a_version_is_refused)
{
    struct scratch *s = *state;

    fill_store(s, 3);
    delete_meta(s, "version");
    scratch_close(s);
    sign_data((struct backup){ .version = STORE_VERSION });
    is_refused(s, "no version");
}

SCRATCH_CLAIM(a_backup_without_a_catalogue_id_is_refused)
{
    struct scratch *s = *state;

    fill_store(s, 3);
    delete_meta(s, META_CATALOGUE);
    scratch_close(s);
    sign_data((struct backup){ .version = STORE_VERSION });
    is_refused(s, "no catalogue id");
}

SCRATCH_CLAIM(a_backup_that_is_of_another_version_than_it_says_is_refused)
{
    struct scratch *s = *state;

    fill_store(s, 3);
    scratch_close(s);
    sign_data((struct backup){ .version = STORE_VERSION - 1 });
    is_refused(s, "its trailer says version");
}

static void put_number(FILE *f, long at, uint64_t number)
{
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fwrite(&number, sizeof(number), 1, f), 1);
}

/* One more page at the end, which is in no list. */
static void lose_sight_of_a_page(void)
{
    struct stat st;
    FILE *f = fopen(data, "r+");

    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &st), 0);
    uint64_t pages[2];
    for (int head = 0; head < 2; head++) {
        assert_int_equal(fseek(f, head * PAGE + LAST_PAGE_AT, SEEK_SET), 0);
        assert_int_equal(fread(&pages[head], sizeof(*pages), 1, f), 1);
    }
    uint64_t last = pages[0] > pages[1] ? pages[0] : pages[1];
    assert_int_equal(ftruncate(fileno(f), (off_t)(last + 2) * PAGE), 0);
    for (int head = 0; head < 2; head++)
        put_number(f, head * PAGE + LAST_PAGE_AT, last + 1);
    fclose(f);
}

SCRATCH_CLAIM(a_store_with_an_unlisted_page_is_copied_whole)
{
    struct scratch *s = *state;
    struct backup made, restored;
    struct fault fault = { 0 };

    fill_store(s, 3);
    scratch_close(s);
    lose_sight_of_a_page();
    if (backup_make(&s->paths, file, false, false, &made, &carried, &fault) != ERR_OK)
        fail_msg("%s", fault.what);
    assert_int_equal(made.bytes % PAGE, 0);
    assert_int_equal(backup_restore(&s->paths, file, false, &restored, &carried, &fault), ERR_OK);
    scratch_open(s);
    assert_int_equal(scratch_problems(s), 0);
}

/* ---- damage ---- */

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

/* Some bits, a run of one byte, or a page in place of another one. */
static void damage_bytes(uint8_t *bytes, size_t size, uint64_t *seed)
{
    uint64_t kind = next_random(seed) % 3, count = 1 + next_random(seed) % 8;
    size_t pages = size / PAGE, at = next_random(seed) % size;

    for (uint64_t i = 0; kind == 0 && i < count; i++)
        bytes[next_random(seed) % size] ^= (uint8_t)(1u << next_random(seed) % 8);
    if (kind == 1)
        memset(bytes + at, (int)(next_random(seed) & 0xff), size - at < 64 ? size - at : 64);
    if (kind == 2)
        memcpy(bytes + next_random(seed) % pages * PAGE, bytes + next_random(seed) % pages * PAGE, PAGE);
}

static uint8_t *read_all(const char *path, size_t *size)
{
    FILE *f = fopen(path, "r");
    struct stat st;

    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &st), 0);
    *size = (size_t)st.st_size;
    uint8_t *bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, *size, 1, f), 1);
    fclose(f);
    return bytes;
}

static void write_signed(const uint8_t *bytes, size_t size, struct backup what)
{
    int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    what.bytes = size;
    what.end = 0;
    assert_int_equal(trailer_write(fd, file, &what, NULL), ERR_OK);
    close(fd);
}

/* The restored store must work. The replaced store is removed, because at most 1,000 of them are kept. */
static void restored_works(struct scratch *s)
{
    char command[PATH_MAX + 64];

    snprintf(command, sizeof(command), "rm -rf '%s'/store.before-restore*", s->paths.data);
    assert_int_equal(system(command), 0);
    scratch_open(s);
    assert_int_equal(scratch_problems(s), 0);
    scratch_close(s);
}

SCRATCH_CLAIM(a_damaged_image_is_restored_only_if_it_is_consistent)
{
    struct scratch *s = *state;
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 1, drawn = seed * 0x9E3779B97F4A7C15u + 1;
    int rounds = getenv("LONG") ? DAMAGES_LONG : DAMAGES, refused = 0;
    struct backup made, restored;
    size_t size;

    print_message("seed %llu\n", (unsigned long long)seed);
    fill_store(s, 400);
    scratch_close(s);
    assert_int_equal(backup_make(&s->paths, file, false, false, &made, &carried, NULL), ERR_OK);
    uint8_t *whole = read_all(file, &size), *bytes = malloc(size);
    assert_non_null(bytes);
    size = (size_t)made.bytes;
    for (int round = 0; round < rounds; round++) {
        struct fault fault = { 0 };
        memcpy(bytes, whole, size);
        damage_bytes(bytes, size, &drawn);
        write_signed(bytes, size, made);
        if (backup_restore(&s->paths, file, false, &restored, &carried, &fault) == ERR_OK)
            restored_works(s);
        else if (++refused && !fault.what[0])
            fail_msg("round %d: an error without text", round);
    }
    print_message("figure: %d of %d damaged images were refused\n", refused, rounds);
    assert_true(refused > 0);
    free(whole);
    free(bytes);
}

static void count_problem(void *state, const char *what)
{
    uint64_t *count = state;

    assert_true(what[0] != '\0');
    ++*count;
}

static void write_data(const uint8_t *bytes, size_t size)
{
    FILE *f = fopen(data, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, size, 1, f), 1);
    fclose(f);
}

/* Readers of a damaged store end with an error, and a backup of it is refused or valid. */
static bool is_found_damaged(struct scratch *s)
{
    struct check_counts counts;
    struct backup made, restored;
    uint64_t pages, problems = 0;
    struct fault fault = { 0 };
    enum err e = check_in_child(&s->paths, false, count_problem, &problems, &counts, &pages, &fault);

    if (e != ERR_OK && !fault.what[0])
        fail_msg("an error without text");
    if (backup_make(&s->paths, file, true, false, &made, &carried, NULL) != ERR_OK)
        return true;
    if (e != ERR_OK)
        fail_msg("a backup of a store that cannot be checked: %s", fault.what);
    assert_int_equal(problems, 0);
    assert_int_equal(backup_restore(&s->paths, file, false, &restored, &carried, &fault), ERR_OK);
    restored_works(s);
    return false;
}

SCRATCH_CLAIM(a_damaged_store_is_found_out_by_its_readers)
{
    struct scratch *s = *state;
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 1, drawn = seed * 0x9E3779B97F4A7C15u + 3;
    int rounds = getenv("LONG") ? DAMAGES_LONG : DAMAGES, found = 0;
    size_t size;

    print_message("seed %llu\n", (unsigned long long)seed);
    fill_store(s, 400);
    scratch_close(s);
    uint8_t *whole = read_all(data, &size), *bytes = malloc(size);
    assert_non_null(bytes);
    for (int round = 0; round < rounds; round++) {
        memcpy(bytes, whole, size);
        damage_bytes(bytes, size, &drawn);
        write_data(bytes, size);
        found += is_found_damaged(s);
    }
    print_message("figure: %d of %d damaged stores were found out; of the others a backup restored\n", found, rounds);
    assert_true(found > 0);
    free(whole);
    free(bytes);
}

/* ---- the sandbox ---- */

enum { ROUNDS_MOST = 100 };

static bool is_confined(int pid)
{
    char path[64], line[128];
    bool privileges = false, calls = false;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        privileges = privileges || strcmp(line, "NoNewPrivs:\t1\n") == 0;
        calls = calls || strcmp(line, "Seccomp:\t2\n") == 0;
    }
    if (f)
        fclose(f);
    return privileges && calls;
}

/* Whether a process below `pid`, `depth` generations away, is in a sandbox. */
static bool has_confined_child(int pid, int depth)
{
    char path[64];
    bool found = false;
    int child;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    FILE *f = fopen(path, "r");
    while (f && !found && fscanf(f, "%d", &child) == 1)
        found = depth > 1 ? has_confined_child(child, depth - 1) : is_confined(child);
    if (f)
        fclose(f);
    return found;
}

static pid_t begin_restore(const struct scratch *s)
{
    struct backup restored;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(backup_restore(&s->paths, file, false, &restored, &carried, NULL) == ERR_OK ? 0 : 1);
    return pid;
}

/* It is looked for while the restore goes on, which may be too short for one look. */
static void look_at_processes(pid_t restore, bool *reads, bool *checks)
{
    int status;

    while (waitpid(restore, &status, WNOHANG) == 0) {
        *reads = *reads || has_confined_child(restore, 2);
        *checks = *checks || has_confined_child(restore, 1);
    }
    assert_int_equal(status, 0);
}

SCRATCH_CLAIM(the_processes_that_read_an_image_are_in_a_sandbox)
{
    struct scratch *s = *state;
    struct backup made;
    bool reads = false, checks = false;

    fill_store(s, 3000);
    scratch_close(s);
    assert_int_equal(backup_make(&s->paths, file, false, false, &made, &carried, NULL), ERR_OK);
    for (int round = 0; round < ROUNDS_MOST && !(reads && checks); round++)
        look_at_processes(begin_restore(s), &reads, &checks);
    assert_true(reads);
    assert_true(checks);
    restored_works(s);
}
