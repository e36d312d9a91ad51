#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/sanitizer.h"
#include "common/shared/shm.h"
#include "common/shared/studio.h"
#include "common/shared/studio_rate.h"
#include "tests/unit/claim.h"
#include "tests/unit/common/home.h"

#define STUDIO_CLAIM(name) CLAIM_WITH(name, home_make, tear_down)

static int tear_down(void **state)
{
    studio_remove(&((struct home *)*state)->paths);
    return home_remove(state);
}

static const struct paths *paths_of(void **state)
{
    return &((struct home *)*state)->paths;
}

static struct studio *make_and_open(const struct paths *paths)
{
    struct studio *studio;

    assert_int_equal(studio_make(paths, NULL), ERR_OK);
    assert_int_equal(studio_open(paths, &studio, NULL), ERR_OK);
    return studio;
}

static int open_object(const struct paths *paths, const char *object)
{
    char name[SHM_NAME_SIZE];
    int fd = shm_open(shm_name(paths, object, name), O_RDWR, 0);

    assert_true(fd >= 0);
    return fd;
}

static void damage_with_noise(const struct paths *paths, const char *object, off_t from)
{
    int fd = open_object(paths, object);
    uint8_t noise[4096];

    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (uint8_t)(i * 151 + 77 + (i >> 8));
    assert_int_equal(pwrite(fd, noise, sizeof(noise), from), sizeof(noise));
    close(fd);
}

static void cut_to(const struct paths *paths, const char *object, off_t size)
{
    int fd = open_object(paths, object);

    assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

STUDIO_CLAIM(without_a_supervisor_there_is_no_studio)
{
    struct studio *studio;

    assert_int_equal(studio_open(paths_of(state), &studio, NULL), ERR_OFFLINE);
    assert_null(studio);
    studio_close(studio);
}

STUDIO_CLAIM(everybody_sees_the_same_memory)
{
    struct studio *ours = make_and_open(paths_of(state)), *theirs;
    struct cue cue = { .verb = CUE_PANIC, .tag = 42 };
    struct ring to, from;

    assert_int_equal(studio_open(paths_of(state), &theirs, NULL), ERR_OK);
    to = studio_cues(ours, CUES_STREAMER);
    from = studio_cues(theirs, CUES_STREAMER);
    assert_int_equal(ring_write(&to, &cue, 1), 1);
    memset(&cue, 0, sizeof(cue));
    assert_int_equal(ring_read(&from, &cue, 1), 1);
    assert_int_equal(cue.tag, 42);
    from = studio_cues(theirs, CUES_CONTROL);
    assert_int_equal(ring_ready(&from), 0);
    studio_close(ours);
    studio_close(theirs);
}

STUDIO_CLAIM(every_view_is_whole_empty_and_of_its_own_memory)
{
    struct studio *studio = make_and_open(paths_of(state));
    struct snapshot score = studio_score(studio);
    struct slots slots = studio_state(studio);
    struct ring rings[2 * CUES_RINGS + STREAMS + CAPTURES];
    uint32_t n = 0;

    for (uint32_t i = 0; i < CUES_RINGS; i++) {
        rings[n++] = studio_cues(studio, i);
        rings[n++] = studio_notes(studio, i);
    }
    for (uint32_t i = 0; i < STREAMS; i++) {
        struct stream_memory *stream = studio_stream(studio, i, &rings[n]);
        assert_ptr_equal(&stream->ring, rings[n++].memory);
    }
    for (uint32_t i = 0; i < CAPTURES; i++) {
        struct capture_memory *capture = studio_capture(studio, i, &rings[n]);
        assert_ptr_equal(&capture->ring, rings[n++].memory);
    }
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(ring_space(&rings[i]), rings[i].capacity);
        for (uint32_t k = 0; k < i; k++)
            assert_ptr_not_equal(rings[i].memory, rings[k].memory);
    }
    assert_true(snapshot_open(&score, score.memory, score.size));
    assert_int_equal(slots.size, sizeof(struct state));
    assert_int_equal(studio_sounds(studio)->entries[SOUNDS - 1].state, SOUND_EMPTY);
    assert_int_equal((uintptr_t)studio_engine(studio) % 64, 0);
    assert_int_equal(((uint8_t *)studio_engine(studio))[STUDIO_ENGINE_BYTES - 1], 0);
    studio_close(studio);
}

STUDIO_CLAIM(a_valid_object_is_taken_over_with_its_content)
{
    struct studio *studio = make_and_open(paths_of(state));
    struct ring ring;

    studio_stream(studio, 3, &ring);
    assert_int_equal(ring_write(&ring, (float[2]){ 1, 2 }, 1), 1);
    strcpy(studio_engine(studio), "kept");
    studio_close(studio);
    studio = make_and_open(paths_of(state));
    studio_stream(studio, 3, &ring);
    assert_int_equal(ring_ready(&ring), 1);
    assert_string_equal(studio_engine(studio), "kept");
    studio_close(studio);
}

static const char *const objects[] = {
    "score",    "state",     "cues.0",    "cues.1", "notes.0", "notes.1",
    "stream.0", "stream.31", "capture.0", "sounds", "engine",  "streamer",
};

enum {
    OBJECT_COUNT = sizeof(objects) / sizeof(*objects),
    OPAQUE = 2 /* the last ones: their writers check them */
};

static void assert_refused_and_made_again(const struct paths *paths, const char *object)
{
    struct studio *studio;
    struct fault fault = { 0 };
    enum err e = studio_open(paths, &studio, &fault);

    if (e != ERR_VERSION && e != ERR_OFFLINE)
        fail_msg("%s: %s", object, err_name(e));
    assert_non_null(strstr(fault.what, object));
    studio_close(make_and_open(paths));
}

STUDIO_CLAIM(a_truncated_object_is_refused_and_made_again)
{
    studio_close(make_and_open(paths_of(state)));
    for (int i = 0; i < OBJECT_COUNT; i++) {
        cut_to(paths_of(state), objects[i], 0);
        assert_refused_and_made_again(paths_of(state), objects[i]);
        cut_to(paths_of(state), objects[i], 5000);
        assert_refused_and_made_again(paths_of(state), objects[i]);
    }
}

STUDIO_CLAIM(a_header_of_random_bytes_is_refused_and_made_again)
{
    studio_close(make_and_open(paths_of(state)));
    for (int i = 0; i < OBJECT_COUNT; i++) {
        damage_with_noise(paths_of(state), objects[i], 0);
        assert_refused_and_made_again(paths_of(state), objects[i]);
    }
}

STUDIO_CLAIM(random_bytes_after_the_header_are_refused_and_made_again)
{
    studio_close(make_and_open(paths_of(state)));
    for (int i = 0; i < OBJECT_COUNT - OPAQUE; i++) {
        damage_with_noise(paths_of(state), objects[i], sizeof(struct shm_header));
        assert_refused_and_made_again(paths_of(state), objects[i]);
    }
}

/* The supervisor died after it had made an object and before its first value. */
STUDIO_CLAIM(an_object_without_its_first_value_is_refused_and_made_again)
{
    struct shm shm;
    char name[SHM_NAME_SIZE];
    size_t size = ring_size(sizeof(struct note), NOTES_CELLS);

    studio_close(make_and_open(paths_of(state)));
    assert_int_equal(shm_remove(shm_name(paths_of(state), "notes.1", name)), ERR_OK);
    assert_int_equal(shm_make(name, STUDIO_VERSION, size, &shm, NULL), ERR_OK);
    shm_detach(&shm);
    assert_refused_and_made_again(paths_of(state), "notes.1");
}

/* Uses the studio in every way after any damage. */
static void use_all(const struct studio *studio)
{
    struct snapshot score = studio_score(studio);
    struct slots slots = studio_state(studio);
    struct state value = { 0 };
    struct cue cue = { 0 };
    struct ring ring = studio_cues(studio, 0);
    bool fresh;

    memset(snapshot_draft(&score), 1, sizeof(struct score));
    snapshot_publish(&score);
    assert_non_null(snapshot_take(&score, &fresh));
    slots_put(&slots, &value);
    slots_get(&slots, &value, NULL);
    ring_write(&ring, &cue, 1);
    ring_read(&ring, &cue, 1);
    for (uint32_t i = 0; i < STREAMS; i++) {
        studio_stream(studio, i, &ring);
        ring_write(&ring, (float[2]){ 1, 2 }, 1);
        ring_read(&ring, &(float[2]){ 0 }, 1);
    }
    memset(studio_sounds(studio)->samples, 1, SOUNDS_BYTES);
    memset(studio_engine(studio), 1, STUDIO_ENGINE_BYTES);
    memset(studio_streamer(studio), 1, STUDIO_STREAMER_BYTES);
}

STUDIO_CLAIM(an_object_cut_short_while_it_is_used_is_reported_and_made_again)
{
    for (int i = 0; i < OBJECT_COUNT; i++) {
        struct studio *studio = make_and_open(paths_of(state));
        struct fault fault = { 0 };
        assert_int_equal(studio_check(studio, NULL), ERR_OK);
        cut_to(paths_of(state), objects[i], i % 2 ? 0 : 4096);
        use_all(studio);
        assert_int_equal(studio_check(studio, &fault), ERR_IO);
        assert_non_null(strstr(fault.what, objects[i]));
        use_all(studio);
        studio_close(studio);
        assert_refused_and_made_again(paths_of(state), objects[i]);
    }
}

STUDIO_CLAIM(an_object_of_random_bytes_while_it_is_used_is_reported_and_made_again)
{
    for (int i = 0; i < OBJECT_COUNT; i++) {
        struct studio *studio = make_and_open(paths_of(state));
        struct fault fault = { 0 };
        damage_with_noise(paths_of(state), objects[i], 0);
        use_all(studio);
        assert_int_equal(studio_check(studio, &fault), ERR_IO);
        assert_non_null(strstr(fault.what, objects[i]));
        studio_close(studio);
        assert_refused_and_made_again(paths_of(state), objects[i]);
    }
}

STUDIO_CLAIM(a_removed_object_is_offline_and_another_in_its_place_is_damage)
{
    struct studio *studio = make_and_open(paths_of(state));
    struct fault fault = { 0 };
    char name[SHM_NAME_SIZE], made[STUDIO_NAME_SIZE];

    assert_int_equal(studio_repair(paths_of(state), made, NULL), ERR_OK);
    assert_string_equal(made, "");
    assert_int_equal(shm_remove(shm_name(paths_of(state), "notes.1", name)), ERR_OK);
    assert_int_equal(studio_check(studio, &fault), ERR_OFFLINE);
    assert_non_null(strstr(fault.what, "notes.1"));
    use_all(studio);
    assert_int_equal(studio_repair(paths_of(state), made, NULL), ERR_OK);
    assert_string_equal(made, "notes.1");
    assert_int_equal(studio_check(studio, &fault), ERR_IO);
    assert_non_null(strstr(fault.what, "notes.1"));
    studio_close(studio);
}

/* The SIGBUS of another mapping goes to its previous handler. */
STUDIO_CLAIM(a_sigbus_of_other_memory_still_ends_the_process)
{
    int status, fd = open(home_file(*state, "short", "x"), O_RDWR);
    pid_t child;
    char *at = mmap(NULL, 2 * 4096, PROT_READ, MAP_SHARED, fd, 0);

    assert_true(at != MAP_FAILED);
    if ((child = fork()) == 0) {
        signal(SIGBUS, SIG_DFL);
        make_and_open(paths_of(state));
        alarm(300);
        _exit(*(volatile char *)(at + 4096));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGBUS : SANITIZED);
    munmap(at, 2 * 4096);
    close(fd);
}

STUDIO_CLAIM(removed_objects_are_gone)
{
    struct studio *studio = make_and_open(paths_of(state));

    assert_int_equal(studio_remove(paths_of(state)), ERR_OK);
    assert_int_equal(studio_remove(paths_of(state)), ERR_OK);
    memset(studio_engine(studio), 1, STUDIO_ENGINE_BYTES);
    studio_close(studio);
    assert_int_equal(studio_open(paths_of(state), &studio, NULL), ERR_OFFLINE);
}

/* In a /dev/shm of its own, first of 40 MB, then of the requested size; the exit code says where it failed. */
static int make_in_little_room(const struct paths *paths)
{
    struct fault fault = { 0 };
    char size[32];
    long needed;

    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/dev/shm", "tmpfs", 0, "size=40m") != 0)
        return 77;
    if (studio_make(paths, &fault) != ERR_FULL || fault.code != ERR_FULL)
        return 1;
    if (sscanf(fault.hint, "sound needs %ld MiB in /dev/shm", &needed) != 1)
        return 2;
    (void)snprintf(size, sizeof(size), "size=%ldm", needed);
    if (mount(NULL, "/dev/shm", NULL, MS_REMOUNT, size) != 0 || studio_make(paths, NULL) != ERR_OK)
        return 3;
    return studio_remove(paths) == ERR_OK ? 0 : 4;
}

STUDIO_CLAIM(without_room_it_says_how_much_is_needed)
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(make_in_little_room(paths_of(state)));
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

static uint32_t capacity_of(struct studio *studio)
{
    struct ring stream, capture;

    (void)studio_stream(studio, STREAMS - 1, &stream);
    (void)studio_capture(studio, CAPTURE_LISTEN, &capture);
    assert_int_equal(capture.capacity, 2 * stream.capacity);
    assert_int_equal(studio_check(studio, NULL), ERR_OK);
    return stream.capacity;
}

/* 8 s of streams and 16 s of captures; the longest need half a gigabyte. */
STUDIO_CLAIM(rings_are_as_long_as_the_rate_wants_and_never_shortened)
{
    struct studio *studio = make_and_open(paths_of(state)), *longer;
    char made[STUDIO_NAME_SIZE];
    struct fault fault = { 0 };

    assert_int_equal(capacity_of(studio), 8 * 48000);
    assert_false(studio_outgrown(studio, paths_of(state), 44100, NULL));
    assert_true(studio_outgrown(studio, paths_of(state), 96000, NULL));
    assert_false(studio_outgrown(studio, paths_of(state), 88200, NULL)); /* already noted: once is enough */
    if (studio_repair(paths_of(state), made, &fault) != ERR_OK) {
        assert_int_equal(fault.code, ERR_FULL);
        skip(); /* /dev/shm has no room for them here */
    }
    assert_string_equal(made, "capture.1");
    assert_int_equal(studio_check(studio, NULL), ERR_IO); /* a process that maps the short ones must start again */
    studio_close(studio);
    assert_int_equal(studio_open(paths_of(state), &longer, NULL), ERR_OK);
    assert_int_equal(capacity_of(longer), 8 * 96000);
    assert_false(studio_outgrown(longer, paths_of(state), 48000, NULL));
    assert_int_equal(studio_repair(paths_of(state), made, NULL), ERR_OK);
    assert_string_equal(made, "");
    assert_int_equal(capacity_of(longer), 8 * 96000);
    studio_close(longer);
    assert_int_equal(studio_remove(paths_of(state)), ERR_OK);
    longer = make_and_open(paths_of(state));
    assert_int_equal(capacity_of(longer), 8 * 48000);
    assert_true(studio_outgrown(longer, paths_of(state), 192000, NULL));
    studio_close(longer);
}

static void fill_ring(struct ring *ring, uint32_t cells)
{
    const float cell[2] = { 1, -1 };

    assert_true(ring_space(ring) >= cells);
    for (uint32_t i = 0; i < cells; i++)
        assert_int_equal(ring_write(ring, cell, 1), 1);
    assert_int_equal(ring_ready(ring), cells);
}

/* All rings of a studio that begins at this rate, and the size of the last ring of each kind. */
STUDIO_CLAIM(rings_of_every_rate_hold_8_and_16_seconds)
{
    static const uint32_t rates[] = { 22050, 44100, 48000, 88200, 96000, 176400, 192000 };

    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        struct studio *studio;
        struct ring ring;

        assert_int_equal(studio_rate_note(paths_of(state), rates[i], NULL), ERR_OK);
        if (studio_make(paths_of(state), NULL) != ERR_OK)
            skip(); /* /dev/shm has no room for them here */
        assert_int_equal(studio_open(paths_of(state), &studio, NULL), ERR_OK);
        for (uint32_t k = 0; k < STREAMS; k++) {
            (void)studio_stream(studio, k, &ring);
            assert_true(ring_space(&ring) >= 8 * rates[i]);
        }
        fill_ring(&ring, 8 * rates[i]);
        for (uint32_t k = 0; k < CAPTURES; k++) {
            (void)studio_capture(studio, k, &ring);
            fill_ring(&ring, 16 * rates[i]);
        }
        assert_int_equal(studio_check(studio, NULL), ERR_OK);
        studio_close(studio);
        assert_int_equal(studio_remove(paths_of(state)), ERR_OK);
    }
}
