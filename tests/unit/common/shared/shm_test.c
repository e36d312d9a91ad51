#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/shared/shm.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

#define SHM_CLAIM(name) CLAIM_WITH(name, set_up, tear_down)

enum { VERSION = 3, SIZE = 1000 };

static char name[SHM_NAME_SIZE];

static int set_up(void **state)
{
    home_make(state);
    shm_name(&((struct home *)*state)->paths, "test", name);
    return 0;
}

static int tear_down(void **state)
{
    shm_remove(name);
    return home_remove(state);
}

static struct shm make_shm(void)
{
    struct shm shm;

    assert_int_equal(shm_make(name, VERSION, SIZE, &shm, NULL), ERR_OK);
    return shm;
}

static void overwrite_file(off_t at, const void *bytes, size_t len)
{
    int fd = shm_open(name, O_RDWR, 0);

    assert_int_equal(pwrite(fd, bytes, len, at), len);
    close(fd);
}

SHM_CLAIM(an_object_is_named_after_its_engine)
{
    const struct home *home = *state;
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "/loophole-%s-test", home->paths.tag);
    assert_string_equal(name, wanted);
}

SHM_CLAIM(a_new_object_is_zeroed_private_and_has_all_its_memory)
{
    struct shm shm = make_shm();
    struct stat st;
    int fd = shm_open(name, O_RDONLY, 0);

    for (int i = 0; i < SIZE; i++)
        assert_int_equal(((uint8_t *)shm.at)[i], 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, SIZE + 64);
    assert_true(st.st_blocks * 512 >= SIZE + 64);
    close(fd);
    shm_detach(&shm);
    shm_detach(&shm);
}

SHM_CLAIM(what_one_process_writes_another_reads)
{
    struct shm one = make_shm(), other;

    assert_int_equal(shm_attach(name, VERSION, SIZE, &other, NULL), ERR_OK);
    strcpy(one.at, "hello");
    assert_string_equal(other.at, "hello");
    shm_detach(&one);
    shm_detach(&other);
}

SHM_CLAIM(a_whole_object_is_taken_over_with_what_is_in_it)
{
    struct shm shm = make_shm();

    strcpy(shm.at, "kept");
    shm_detach(&shm);
    shm = make_shm();
    assert_string_equal(shm.at, "kept");
    shm_detach(&shm);
}

SHM_CLAIM(a_missing_object_is_offline)
{
    struct shm shm;

    assert_int_equal(shm_attach(name, VERSION, SIZE, &shm, NULL), ERR_OFFLINE);
    assert_null(shm.at);
}

SHM_CLAIM(another_layout_is_refused_and_made_again)
{
    struct shm shm = make_shm();

    strcpy(shm.at, "old");
    shm_detach(&shm);
    assert_int_equal(shm_attach(name, VERSION + 1, SIZE, &shm, NULL), ERR_VERSION);
    assert_int_equal(shm_attach(name, VERSION, SIZE - 1, &shm, NULL), ERR_VERSION);
    assert_int_equal(shm_make(name, VERSION + 1, SIZE, &shm, NULL), ERR_OK);
    assert_string_equal(shm.at, "");
    shm_detach(&shm);
}

SHM_CLAIM(a_truncated_object_is_refused_before_it_is_mapped)
{
    static const off_t sizes[] = { 0, 1, 63, 64, SIZE + 63, SIZE + 65 };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct shm shm = make_shm();
        int fd = shm_open(name, O_RDWR, 0);
        shm_detach(&shm);
        assert_int_equal(ftruncate(fd, sizes[i]), 0);
        close(fd);
        assert_int_equal(shm_attach(name, VERSION, SIZE, &shm, NULL), sizes[i] ? ERR_VERSION : ERR_OFFLINE);
        shm = make_shm();
        memset(shm.at, 1, SIZE);
        shm_detach(&shm);
    }
}

SHM_CLAIM(a_header_of_random_bytes_is_refused_and_made_again)
{
    struct shm shm = make_shm();
    uint8_t noise[64];

    shm_detach(&shm);
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (uint8_t)(i * 97 + 13);
    overwrite_file(0, noise, sizeof(noise));
    assert_int_equal(shm_attach(name, VERSION, SIZE, &shm, NULL), ERR_VERSION);
    shm = make_shm();
    shm_detach(&shm);
}

SHM_CLAIM(an_object_whose_magic_is_not_written_yet_is_offline)
{
    struct shm shm = make_shm();
    uint64_t none = 0;

    shm_detach(&shm);
    overwrite_file(0, &none, sizeof(none));
    assert_int_equal(shm_attach(name, VERSION, SIZE, &shm, NULL), ERR_OFFLINE);
}

SHM_CLAIM(an_object_open_to_others_is_not_trusted)
{
    struct shm shm = make_shm();
    int fd = shm_open(name, O_RDWR, 0);

    shm_detach(&shm);
    assert_int_equal(fchmod(fd, 0666), 0);
    close(fd);
    assert_int_equal(shm_attach(name, VERSION, SIZE, &shm, NULL), ERR_DENIED);
    assert_int_equal(shm_make(name, VERSION, SIZE, &shm, NULL), ERR_DENIED);
}

SHM_CLAIM(a_name_that_leads_elsewhere_is_found)
{
    struct shm shm = make_shm(), other;
    int fd = shm_open(name, O_RDWR, 0);

    assert_int_equal(shm_check(&shm, name), ERR_OK);
    assert_int_equal(ftruncate(fd, 100), 0);
    assert_int_equal(shm_check(&shm, name), ERR_VERSION);
    assert_int_equal(ftruncate(fd, SIZE + 64), 0);
    assert_int_equal(shm_check(&shm, name), ERR_OK);
    assert_int_equal(shm_remove(name), ERR_OK);
    assert_int_equal(shm_check(&shm, name), ERR_OFFLINE);
    other = make_shm();
    assert_int_equal(shm_check(&shm, name), ERR_VERSION);
    assert_int_equal(shm_check(&other, name), ERR_OK);
    shm_detach(&shm);
    shm_detach(&other);
    close(fd);
}

SHM_CLAIM(removing_what_is_not_there_is_no_error)
{
    assert_int_equal(shm_remove(name), ERR_OK);
}
