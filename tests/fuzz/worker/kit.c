/* Any bytes as the file of a kit: a kit within the schema's limits, or an error. */
#include <sys/mman.h>
#include <unistd.h>

#include "proto/wire/codec.h"
#include "services/worker/kits/kit_hydrogen.h"
#include "services/worker/kits/kit_reading.h"
#include "services/worker/kits/kit_sfz.h"
#include "tests/fuzz/fuzz.h"

static void kit_keeps_its_bounds(const struct kit_file *kit)
{
    struct buffer to = { 0 };
    struct fault fault = { 0 };
    uint32_t layers = 0;

    for (uint32_t i = 0; i < kit->slots.count; i++) {
        const struct kit_slot *slot = &kit->slots.at[i];
        layers += slot->layers.count;
        holds(slot->slot.len > 0 && slot->pad == i && text_is_plain(slot->slot));
        for (uint32_t k = 0; k < i; k++)
            holds(!text_equal(kit->slots.at[k].slot, slot->slot));
        for (uint32_t k = 0; k < slot->layers.count; k++) {
            const struct kit_layer *layer = &slot->layers.at[k];
            holds(layer->velocity_from < layer->velocity_until && (!layer->end || layer->start < layer->end));
        }
    }
    holds(layers == kit->files.count);
    holds(codec_encode(&kit_file_shape, kit, &to, &fault) == ERR_OK);
    buffer_free(&to);
}

/* The first byte chooses the format: s is SFZ. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct kit_reading reading;
    struct kit_file kit = { 0 };
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    struct input input = { 0 };
    struct unpack *unpack;

    const bool is_sfz = len > 0 && bytes[0] == 's';

    holds(fd >= 0 && write(fd, bytes + (len > 0), len - (len > 0)) == (ssize_t)(len - (len > 0)) &&
          input_open(&input, fd, NULL) == ERR_OK);
    kit_reading_begin(&reading, &arena, &kit);
    unpack = unpack_open(&input, UNPACK_PLAIN);
    if ((is_sfz ? kit_sfz_read : kit_hydrogen_read)(unpack, &reading, &fault) == ERR_OK)
        kit_keeps_its_bounds(&kit);
    else
        holds(fault.what[0]);
    unpack_close(unpack);
    arena_free(&arena);
    close(fd);
    return 0;
}
