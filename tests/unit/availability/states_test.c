/* The six states of an item, and what happens to each at every observation of the monitor, of a scan and of a fetch.
 * The states follow from availability_of_item alone, the rows of the volumes from where_is. */
#include <stdio.h>
#include <string.h>

#include "services/availability/where.h"
#include "store/availability.h"
#include "tests/unit/claim.h"

/* One letter for each state: local, external online, external offline, remote offline, remote fetching, missing. */
static enum item_state state_of(char letter)
{
    switch (letter) {
    case 'L':
        return ITEM_STATE_LOCAL;
    case 'O':
        return ITEM_STATE_EXTERNAL_ONLINE;
    case 'F':
        return ITEM_STATE_EXTERNAL_OFFLINE;
    case 'R':
        return ITEM_STATE_REMOTE_OFFLINE;
    case 'G':
        return ITEM_STATE_REMOTE_FETCHING;
    default:
        assert_int_equal(letter, 'M');
        return ITEM_STATE_MISSING;
    }
}

static const struct id item = { "an item" };

/* Each way to be in a state. The columns of the table of observations have this order. */
static const struct way {
    const char *what;
    char state;
    enum item_state kept; /* by the row; ITEM_STATE_OTHER: a take, which has no word */
    enum backend backend;
    bool is_away, is_folder_gone, is_fetched;
} ways[] = {
    { "present on a disk of the machine", 'L', ITEM_STATE_LOCAL, BACKEND_LOCAL, false, false, false },
    { "present on a drive", 'O', ITEM_STATE_LOCAL, BACKEND_EXTERNAL, false, false, false },
    { "present on a drive that is away", 'F', ITEM_STATE_LOCAL, BACKEND_EXTERNAL, true, false, false },
    { "only a name in a cloud", 'R', ITEM_STATE_ONLINE_ONLY, BACKEND_CLOUD, false, false, false },
    { "only a name in a cloud, and fetched", 'G', ITEM_STATE_ONLINE_ONLY, BACKEND_CLOUD, false, false, true },
    { "missing from a drive", 'M', ITEM_STATE_MISSING, BACKEND_EXTERNAL, false, false, false },
    { "a take on a drive", 'O', ITEM_STATE_OTHER, BACKEND_EXTERNAL, false, false, false },
    { "a take on a drive that is away", 'F', ITEM_STATE_OTHER, BACKEND_EXTERNAL, true, false, false },
    { "present in a cloud", 'L', ITEM_STATE_LOCAL, BACKEND_CLOUD, false, false, false },
    { "present in a cloud that is away", 'R', ITEM_STATE_LOCAL, BACKEND_CLOUD, true, false, false },
    { "only a name in a cloud that is away", 'R', ITEM_STATE_ONLINE_ONLY, BACKEND_CLOUD, true, false, false },
    { "the same, and fetched", 'G', ITEM_STATE_ONLINE_ONLY, BACKEND_CLOUD, true, false, true },
    { "in a folder that is gone from a drive", 'F', ITEM_STATE_LOCAL, BACKEND_EXTERNAL, false, true, false },
    { "gone with over half of its library", 'F', ITEM_STATE_EXTERNAL_OFFLINE, BACKEND_EXTERNAL, false, false, false },
    { "missing from a drive that is away", 'M', ITEM_STATE_MISSING, BACKEND_EXTERNAL, true, false, false },
    { "a placeholder on a disk of the machine", 'R', ITEM_STATE_ONLINE_ONLY, BACKEND_LOCAL, false, false, false },
};

enum { WAYS = sizeof(ways) / sizeof(*ways) };

/* All that a state follows from. */
struct media_place {
    enum item_state kept;
    struct volume volume;
    struct library library;
    bool is_fetched;
};

static struct media_place begin_way(const struct way *way)
{
    return (struct media_place){
        .kept = way->kept,
        .volume = { .id = { "a volume" },
                    .identity = TEXT("marker:m"),
                    .mount = bytes_of("/media/a", 8),
                    .has_device = true,
                    .device = TEXT("uuid:1"),
                    .backend = { .value = (int32_t)way->backend },
                    .online = !way->is_away },
        .library = { .online = !way->is_folder_gone },
        .is_fetched = way->is_fetched,
    };
}

static enum item_state derive_state(const struct media_place *place)
{
    availability_set_fetching(&item, place->is_fetched);
    return availability_of_item(item, place->kept, availability_backend(&place->volume, &place->library),
                                availability_is_here(&place->volume, &place->library));
}

/* ---- observations ---- */

struct seen_mount {
    const char *target, *identity, *device;
    enum mount_state state;
    bool was_it; /* this mount was the volume before */
};

static void see_mount(struct media_place *place, const struct seen_mount *seen)
{
    struct mount mount = { .number = 1, .line.target = (char *)(uintptr_t)(seen ? seen->target : "") };
    const struct mounts mounts = { .count = seen != NULL, .at = &mount };
    struct where_index index;

    if (seen) {
        mount.state = seen->state;
        mount.volume = seen->was_it ? place->volume.id : (struct id){ { 0 } };
        snprintf(mount.found.identity, sizeof(mount.found.identity), "%s", seen->identity);
        snprintf(mount.found.device, sizeof(mount.found.device), "%s", seen->device);
    }
    where_index_make(&index, &mounts, &(struct known_volumes){ 0 });
    const struct where where = where_is(&index, &place->volume);
    if (!where.is_open)
        place->volume.online = where.state == VOLUME_STATE_HERE;
    where_index_free(&index);
}

struct observation {
    const char *what;
    const struct seen_mount *mount; /* NULL with `is_mount`: none */
    bool is_mount;
    enum item_state scanned; /* the word of a scan; ITEM_STATE_OTHER: no scan */
    int fetch, folder;       /* 1: begins, is there; -1: ends, is gone; 0: nothing */
    const char *then;        /* the letter of the state afterwards, for each of the ways */
};

#define MOUNT(target, identity, device, state, was_it)                                                                 \
    .is_mount = true, .mount = &(const struct seen_mount)                                                              \
    {                                                                                                                  \
        target, identity, device, state, was_it                                                                        \
    }

static const struct observation observations[] = {
    /* of the monitor */
    { "its mount answers", MOUNT("/media/a", "marker:m", "uuid:1", MOUNT_HERE, true), .then = "LOORGMOOLLRGFFMR" },
    { "it answers at another mount point", MOUNT("/mnt/longer/b", "marker:m", "uuid:1", MOUNT_HERE, false),
      .then = "LOORGMOOLLRGFFMR" },
    { "a copy of it on another device answers", MOUNT("/mnt/b", "marker:m", "uuid:2", MOUNT_HERE, false),
      .then = "LOORGMOOLLRGFFMR" },
    { "its marker was deleted", MOUNT("/mnt/b", "uuid:1", "uuid:1", MOUNT_HERE, false), .then = "LOORGMOOLLRGFFMR" },
    { "its marker was written again, with another word", MOUNT("/mnt/b", "marker:n", "uuid:1", MOUNT_HERE, false),
      .then = "LOORGMOOLLRGFFMR" },
    { "that happened at its place, without a device", MOUNT("/media/a", "marker:n", "root", MOUNT_HERE, true),
      .then = "LOORGMOOLLRGFFMR" },
    { "another volume with a marker is at its place", MOUNT("/media/a", "marker:n", "uuid:2", MOUNT_HERE, false),
      .then = "FFFRGMFFRRRGFFMR" },
    { "its mount has no identity any more", MOUNT("/media/a", "root", "root", MOUNT_HERE, true),
      .then = "LOORGMOOLLRGFFMR" },
    { "an empty folder is mounted at its place", MOUNT("/media/a", "root", "root", MOUNT_HERE, false),
      .then = "FFFRGMFFRRRGFFMR" },
    { "its mount was not looked at yet", MOUNT("/media/a", "", "", MOUNT_NEW, false), .then = "LOFRGMOFLRRGFFMR" },
    { "its mount fails each call, or its device was pulled", MOUNT("/media/a", "", "", MOUNT_DEAD, true),
      .then = "FFFRGMFFRRRGFFMR" },
    { "its mount does not answer", MOUNT("/media/a", "", "", MOUNT_HUNG, true), .then = "FFFRGMFFRRRGFFMR" },
    { "it is not mounted", .is_mount = true, .then = "FFFRGMFFRRRGFFMR" },
    { "another volume is at its place", MOUNT("/media/a", "uuid:2", "uuid:2", MOUNT_HERE, false),
      .then = "FFFRGMFFRRRGFFMR" },
    { "only another mount hangs", MOUNT("/media/other", "", "", MOUNT_HUNG, false), .then = "FFFRGMFFRRRGFFMR" },
    /* of the scan of its folder */
    { "the folder of its library, or the link to it, is gone", .folder = -1, .then = "FFFRGMFFRRRGFFMR" },
    { "the folder of its library is there", .folder = 1, .then = "LOFRGMOFLRRGOFMR" },
    { "a scan finds its file", .scanned = ITEM_STATE_PRESENT, .then = "LOFLLOOFLRRGFOFL" },
    { "a scan finds only its name in the cloud", .scanned = ITEM_STATE_ONLINE_ONLY, .then = "RRRRGRRRRRRGRRRR" },
    { "a scan does not find its file", .scanned = ITEM_STATE_MISSING, .then = "MMMMMMMMMMMMMMMM" },
    { "a scan finds more than half of the library gone", .scanned = ITEM_STATE_EXTERNAL_OFFLINE,
      .then = "FFFFFFFFFFFFFFFF" },
    /* of a fetch */
    { "a fetch of it begins", .fetch = 1, .then = "LOFGGMOFLGGGFFMG" },
    { "its fetch ends, fails or is cancelled", .fetch = -1, .then = "LOFRRMOFLRRRFFMR" },
};

static void apply_observation(struct media_place *place, const struct observation *seen)
{
    if (seen->is_mount)
        see_mount(place, seen->mount);
    if (seen->folder)
        place->library.online = seen->folder > 0;
    if (seen->scanned != ITEM_STATE_OTHER)
        place->kept = availability_kept(seen->scanned);
    if (seen->fetch)
        place->is_fetched = seen->fetch > 0;
}

CLAIM(each_state_changes_at_each_observation_as_the_table_says)
{
    for (size_t i = 0; i < sizeof(observations) / sizeof(*observations); i++)
        for (size_t from = 0; from < WAYS; from++) {
            struct media_place place = begin_way(&ways[from]);
            assert_int_equal(strlen(observations[i].then), WAYS);
            assert_int_equal(derive_state(&place), state_of(ways[from].state));
            apply_observation(&place, &observations[i]);
            const enum item_state expected = state_of(observations[i].then[from]), got = derive_state(&place);
            if (got != expected)
                print_error("%s, but %s: expected %s, got %s\n", ways[from].what, observations[i].what,
                            choice_word(&item_state_table, (int)expected), choice_word(&item_state_table, (int)got));
            assert_int_equal(got, expected);
        }
}

/* What one observation changed, the return of the volume and a scan that finds the file change back. */
CLAIM(each_state_is_whole_again_when_its_volume_and_its_file_are_seen)
{
    for (size_t i = 0; i < sizeof(observations) / sizeof(*observations); i++)
        for (size_t from = 0; from < WAYS; from++) {
            struct media_place place = begin_way(&ways[from]);
            apply_observation(&place, &observations[i]);
            apply_observation(&place, &observations[0]);
            apply_observation(&place,
                              &(const struct observation){ .folder = 1, .scanned = ITEM_STATE_PRESENT, .fetch = -1 });
            assert_int_equal(derive_state(&place),
                             ways[from].backend == BACKEND_EXTERNAL ? ITEM_STATE_EXTERNAL_ONLINE : ITEM_STATE_LOCAL);
        }
}

/* ---- what may lie at the place of a volume ---- */

/* A trigger of an automount stays there when the volume is unmounted; anything may be mounted there instead. */
CLAIM(only_a_volume_that_is_known_by_its_place_is_any_mount_without_an_identity_there)
{
    static const struct {
        const char *identity;
        bool is_special;
        enum volume_state then;
    } rows[] = {
        { "uuid:1", true, VOLUME_STATE_AWAY },          { "share:nas:/music", true, VOLUME_STATE_AWAY },
        { "mount:/media/a", true, VOLUME_STATE_AWAY },  { "uuid:1", false, VOLUME_STATE_AWAY },
        { "label:A", false, VOLUME_STATE_AWAY },        { "share:nas:/music", false, VOLUME_STATE_AWAY },
        { "mount:/media/a", false, VOLUME_STATE_HERE },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char place[] = "/media/a";
        struct mount mount = { .number = 1,
                               .line = { .target = place, .is_special = rows[i].is_special },
                               .state = MOUNT_HERE,
                               .found = { .identity = "root", .device = "root" } };
        const struct volume volume = { .id = { "a volume" },
                                       .identity = text_of(rows[i].identity),
                                       .mount = bytes_of(place, strlen(place)) };
        struct where_index index;
        where_index_make(&index, &(struct mounts){ .count = 1, .at = &mount }, &(struct known_volumes){ 0 });
        const struct where where = where_is(&index, &volume);
        where_index_free(&index);
        if (where.state != rows[i].then)
            print_error("%s, %d\n", rows[i].identity, rows[i].is_special);
        assert_int_equal(where.state, rows[i].then);
        assert_true(!where.mount || !rows[i].is_special);
    }
}

/* A copy of a disk has the device of the first one, and a marker of its own. */
CLAIM(a_copy_that_is_unplugged_is_not_the_first_disk)
{
    struct known_volume both[] = { { .row = { .id = { "copy" },
                                              .identity = TEXT("marker:m"),
                                              .mount = bytes_of("/media/b", 8),
                                              .has_device = true,
                                              .device = TEXT("uuid:1"),
                                              .online = true,
                                              .seen_at = 2 } },
                                   { .row = { .id = { "first" },
                                              .identity = TEXT("uuid:1"),
                                              .mount = bytes_of("/media/a", 8),
                                              .has_device = true,
                                              .device = TEXT("uuid:1"),
                                              .online = true,
                                              .seen_at = 1 } } };
    struct known_volumes known = { .count = 2, .at = both };

    for (int was_seen = 0; was_seen < 2; was_seen++)
        for (const char *at = "/media/a\0/media/b\0/mnt/c\0"; *at; at += strlen(at) + 1) {
            struct mount mount = { .number = 1,
                                   .line.target = (char *)(uintptr_t)at,
                                   .state = MOUNT_HERE,
                                   .volume = was_seen ? both[1].row.id : (struct id){ { 0 } },
                                   .found = { .identity = "uuid:1", .device = "uuid:1" } };
            struct where_index index;
            where_index_make(&index, &(struct mounts){ .count = 1, .at = &mount }, &known);
            assert_int_equal(where_is(&index, &both[0].row).state, VOLUME_STATE_AWAY);
            assert_int_equal(where_is(&index, &both[1].row).state, VOLUME_STATE_HERE);
            where_index_free(&index);
        }
}

/* ---- the words of rows and the backends ---- */

CLAIM(each_stored_word_has_one_state_on_each_backend)
{
    static const struct {
        enum item_state kept;
        enum backend backend;
        enum item_state here, away;
    } rows[] = {
        { ITEM_STATE_OTHER, BACKEND_LOCAL, ITEM_STATE_LOCAL, ITEM_STATE_EXTERNAL_OFFLINE }, /* a take that runs */
        { ITEM_STATE_LOCAL, BACKEND_LOCAL, ITEM_STATE_LOCAL, ITEM_STATE_EXTERNAL_OFFLINE },
        { ITEM_STATE_LOCAL, BACKEND_PROJECT, ITEM_STATE_LOCAL, ITEM_STATE_EXTERNAL_OFFLINE },
        { ITEM_STATE_LOCAL, BACKEND_CLOUD, ITEM_STATE_LOCAL, ITEM_STATE_REMOTE_OFFLINE },
        { ITEM_STATE_LOCAL, BACKEND_EXTERNAL, ITEM_STATE_EXTERNAL_ONLINE, ITEM_STATE_EXTERNAL_OFFLINE },
        { ITEM_STATE_ONLINE_ONLY, BACKEND_LOCAL, ITEM_STATE_REMOTE_OFFLINE, ITEM_STATE_REMOTE_OFFLINE },
        { ITEM_STATE_ONLINE_ONLY, BACKEND_CLOUD, ITEM_STATE_REMOTE_OFFLINE, ITEM_STATE_REMOTE_OFFLINE },
        { ITEM_STATE_ONLINE_ONLY, BACKEND_EXTERNAL, ITEM_STATE_REMOTE_OFFLINE, ITEM_STATE_REMOTE_OFFLINE },
        { ITEM_STATE_MISSING, BACKEND_LOCAL, ITEM_STATE_MISSING, ITEM_STATE_MISSING },
        { ITEM_STATE_MISSING, BACKEND_CLOUD, ITEM_STATE_MISSING, ITEM_STATE_MISSING },
        { ITEM_STATE_MISSING, BACKEND_EXTERNAL, ITEM_STATE_MISSING, ITEM_STATE_MISSING },
        { ITEM_STATE_EXTERNAL_OFFLINE, BACKEND_EXTERNAL, ITEM_STATE_EXTERNAL_OFFLINE, ITEM_STATE_EXTERNAL_OFFLINE },
    };
    static const struct {
        enum item_state older, kept;
    } older[] = {
        { ITEM_STATE_PRESENT, ITEM_STATE_LOCAL },
        { ITEM_STATE_EXTERNAL_ONLINE, ITEM_STATE_LOCAL },
        { ITEM_STATE_REMOTE_OFFLINE, ITEM_STATE_ONLINE_ONLY },
        { ITEM_STATE_REMOTE_FETCHING, ITEM_STATE_ONLINE_ONLY },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_int_equal(availability_of(rows[i].kept, rows[i].backend, true), rows[i].here);
        assert_int_equal(availability_of(rows[i].kept, rows[i].backend, false), rows[i].away);
    }
    for (size_t i = 0; i < sizeof(older) / sizeof(*older); i++)
        assert_int_equal(availability_kept(older[i].older), older[i].kept);
}

CLAIM(a_file_can_be_opened_in_two_of_the_six_states)
{
    for (const char *letter = "LOFRGM"; *letter; letter++)
        assert_int_equal(availability_is_readable(state_of(*letter)), *letter == 'L' || *letter == 'O');
}
