/* store.c: writes made-up items to a real store. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/query/items.h"
#include "common/clock.h"
#include "proto/wire/codec.h"
#include "schema_artefact.h"
#include "store/catalogue_write.h"
#include "store/changelog.h"
#include "store/open/store_open.h"

enum { COMMIT = 20000, FACTS = 8, BLOCKS = 5 };

struct making {
    struct store *store;
    struct writing w;
    struct id volume, root, folder;
    uint64_t seed;
    unsigned with;
};

static void check_error(enum err e, const struct fault *fault)
{
    if (e == ERR_OK)
        return;
    fprintf(stderr, "the store cannot be made: %s\n", fault && fault->what[0] ? fault->what : err_name(e));
    exit(1);
}

static void begin_batch(struct making *m)
{
    struct fault fault = { 0 };

    check_error(store_write(m->store, &m->w.txn, &fault), &fault);
}

static void commit_batch(struct making *m)
{
    struct fault fault = { 0 };

    check_error(txn_commit(m->w.txn, &fault), &fault);
}

static struct id put_folder(struct making *m, struct id parent, const char *name, bool is_library)
{
    struct folder folder = { .id = id_new(),
                             .volume = m->volume,
                             .parent = parent,
                             .name = bytes_of(name, strlen(name)),
                             .library = is_library };

    check_error(catalogue_put_folder(&m->w, NULL, &folder), NULL);
    return folder.id;
}

static void put_volume(struct making *m)
{
    struct volume volume = { .id = m->volume = id_new(),
                             .identity = m->with & ITEMS_HERE ? TEXT("root") : TEXT("made-up"),
                             .label = TEXT("made up"),
                             .mount = m->with & ITEMS_HERE ? bytes_of("/", 1) : bytes_of("/made-up", 8),
                             .backend = { .value = BACKEND_LOCAL },
                             .online = true };
    struct change change = { .revision = 1, .id = volume.id, .request = id_new(), .at = clock_now() };

    change.kind.value = CHANGE_KIND_VOLUME;
    check_error(catalogue_put_volume(&m->w, &volume), NULL);
    check_error(changelog_add(&m->w, &change), NULL);
    m->root = put_folder(m, (struct id){ { 0 } }, "library", false);
}

static struct fact word_fact(const char *attribute, const char *value)
{
    return (struct fact){ .attribute = text_of(attribute),
                          .source = { .value = SOURCE_ANALYSIS },
                          .has_text = true,
                          .text = text_of(value),
                          .confidence = 0.9,
                          .version = 1,
                          .shown = true };
}

static void put_facts(struct making *m, struct bytes content, const struct items_one *one)
{
    struct fact each[FACTS];
    struct facts facts = { .each = { 0, each } };

    each[facts.each.count++] = word_fact("class", items_classes[one->class]);
    each[facts.each.count++] = word_fact("family", items_family(one->family));
    if (one->key >= 0)
        each[facts.each.count++] = word_fact("key", items_key(one->key));
    if (one->bpm > 0) {
        each[facts.each.count] = word_fact("bpm", "");
        each[facts.each.count].has_text = false;
        each[facts.each.count].has_number = true;
        each[facts.each.count++].number = one->bpm;
    }
    check_error(catalogue_put_facts(&m->w, content, &facts), NULL);
}

static void put_vector(struct making *m, struct bytes content, const struct items_one *one)
{
    static const uint32_t counts[BLOCKS] = { 16, 16, 12, 12, 8 };
    double all[ITEMS_VECTOR];
    struct embedding embedding;
    struct real_list *const lists[BLOCKS] = { &embedding.spectrum, &embedding.timbre, &embedding.pitch,
                                              &embedding.amplitude, &embedding.rhythm };

    for (int i = 0; i < ITEMS_VECTOR; i++)
        all[i] = (double)one->vector[i];
    for (uint32_t block = 0, at = 0; block < BLOCKS; at += counts[block++])
        *lists[block] = (struct real_list){ counts[block], all + at };
    check_error(catalogue_put_embedding(&m->w, content, &embedding), NULL);
}

/* ---- fingerprints (services/worker/analysis/features/fingerprint.h) ---- */

enum { PRINT_SAMPLES = 960, PRINT_RATE = 16000, PRINT_BANDS = 64, AGAIN = 20 };

static void put_artefact(struct making *m, struct bytes content, struct text type, const struct shape *shape,
                         const void *record)
{
    struct kept_artefact kept = { .version = 1 };
    struct buffer data = { 0 };
    struct fault fault = { 0 };

    check_error(codec_encode(shape, record, &data, &fault), &fault);
    kept.data = buffer_bytes(&data);
    kept.size = data.len;
    check_error(catalogue_put_artefact(&m->w, content, type, TEXT(""), &kept), NULL);
    buffer_free(&data);
}

/* Decaying tones of the class, each slightly different. The last of twenty is the one before it, softer and with
 * noise. */
static void put_print(struct making *m, struct bytes content, const struct items_one *one)
{
    bool is_again = one->number % AGAIN == AGAIN - 1;
    uint64_t own = (one->number - is_again) * 1009u + 3, noise = one->number;
    uint8_t samples[PRINT_SAMPLES], bands[PRINT_BANDS];
    struct artefact_print print = { PRINT_RATE, bytes_of(samples, PRINT_SAMPLES) };
    struct artefact_gist gist = { content, 0, bytes_of(bands, PRINT_BANDS) };
    double hz[3], decay = 10 + items_draw(&own) % 60;
    uint32_t class = items_draw(&own) % ITEMS_CLASSES;

    gist.seconds = 0.06 + items_draw(&own) % 1000 / 500.0;
    for (int tone = 0; tone < 3; tone++)
        hz[tone] = 60 * pow(1.15, class) * (tone + 1) * (0.8 + items_draw(&own) % 400 / 1000.0);
    for (int i = 0; i < PRINT_SAMPLES; i++) {
        double t = (double)i / PRINT_RATE, sum = (double)(items_draw(&noise) % 1000) / 1000 - 0.5;
        for (int tone = 0; tone < 3; tone++)
            sum += 40 * sin(2 * M_PI * hz[tone] * t) * exp(-decay * t) / (tone + 1);
        samples[i] = (uint8_t)(int8_t)(sum * (is_again ? 0.7 : 1));
    }
    for (int band = 0; band < PRINT_BANDS; band++)
        bands[band] = (uint8_t)(int8_t)(30 * exp(-0.02 * pow(band - 2.5 * class, 2)) + (double)(items_draw(&own) % 12));
    put_artefact(m, content, TEXT("print"), &artefact_print_shape, &print);
    put_artefact(m, content, TEXT("gist"), &artefact_gist_shape, &gist);
}

static void put_media(struct making *m, const struct items_one *one)
{
    struct text tags[ITEMS_TAGS];
    uint8_t content[16] = { 0 };
    uint64_t chance = one->number * 31u + 7;
    char file[16];
    struct media media = { .id = id_new(),
                           .revision = 1,
                           .name = text_of(one->name),
                           .pack = text_of(one->pack),
                           .folder = m->folder,
                           .size = one->size,
                           .sample_rate = 44100,
                           .channels = 1,
                           .bit_depth = 16,
                           .frames = one->frames,
                           .container = TEXT("wav"),
                           .sample_format = TEXT("pcm"),
                           .analyser = 1,
                           .added = clock_now(),
                           .mtime = 1700000000000000 };

    for (int i = 0; i < 12; i++)
        content[i] = (uint8_t)items_draw(&chance);
    memcpy(content + 12, &one->number, sizeof(one->number));
    snprintf(file, sizeof(file), "%u.wav", one->number);
    media.file = bytes_of(file, strlen(file));
    media.content = bytes_of(content, sizeof(content));
    media.tags.at = tags;
    for (uint32_t i = 0; i < ITEMS_TAGS; i++)
        if (one->tags >> i & 1)
            tags[media.tags.count++] = text_of(items_tags[i]);
    media.kind.value = KIND_AUDIO;
    media.origin.value = ORIGIN_IMPORTED;
    media.lifecycle.value = LIFECYCLE_FINAL;
    media.availability.value = ITEM_STATE_LOCAL;
    media.analysis.value = ANALYSIS_STATE_DONE;
    put_facts(m, media.content, one);
    if (m->with & ITEMS_VECTORS)
        put_vector(m, media.content, one);
    if (m->with & ITEMS_PRINTS)
        put_print(m, media.content, one);
    check_error(catalogue_put_media(&m->w, NULL, &media), NULL);
}

void items_store(const struct paths *paths, uint32_t count, uint64_t seed, unsigned with)
{
    struct making m = { .seed = seed, .with = with };
    struct fault fault = { 0 };
    struct items_one one;
    char name[16];

    check_error(store_open(paths, STORE_WRITER, &m.store, &fault), &fault);
    begin_batch(&m);
    put_volume(&m);
    for (uint32_t i = 0; i < count; i++) {
        if (i % ITEMS_IN_PACK == 0) {
            snprintf(name, sizeof(name), "%u", i / ITEMS_IN_PACK);
            m.folder = put_folder(&m, m.root, name, false);
        }
        items_make(i, seed, &one);
        put_media(&m, &one);
        if (i % COMMIT == COMMIT - 1) {
            commit_batch(&m);
            begin_batch(&m);
        }
    }
    commit_batch(&m);
    buffer_free(&m.w.row);
    buffer_free(&m.w.dropped);
    store_close(m.store);
}
