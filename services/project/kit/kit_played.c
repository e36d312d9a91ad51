#include "services/project/kit/kit_played.h"

#include "proto/wire/codec_copy.h"

enum { PAGES = 16 /* of the record: more than it has */, FINEST = 192 /* divides into all grids */ };

static void take_pads(struct work *work, const void *answer)
{
    const struct pads *pads = answer;
    struct kit_played *played = work->own;

    for (uint32_t i = 0; i < pads->each.count; i++) {
        const struct pad *pad = &pads->each.at[i];
        (void)codec_copy(&pad_shape, pad, &work->kept, &played->pads[pad->pad % HEARD_PADS]);
    }
}

enum err kit_played_ask_pads(struct work *work, struct fault *fault)
{
    return work_ask(work, "audio.pads", NULL, take_pads, fault);
}

static void take_page(struct work *work, const void *answer)
{
    const struct played *page = answer;
    struct kit_played *played = work->own;
    const uint32_t count = played->count + page->events.count;
    struct played_event *events = arena_array(&work->kept, count + 1, sizeof(*events));

    for (uint32_t i = 0; i < count; i++)
        events[i] = i < played->count ? played->events[i] : page->events.at[i - played->count];
    played->events = events;
    played->count = count;
    played->next = page->next;
    played->rate = page->rate ? page->rate : 1;
    played->has_all = !page->more || ++played->pages >= PAGES;
}

static enum err choose_bars(struct work *work, struct kit_played *played, const struct kit_played_choice *choice,
                            struct fault *fault)
{
    heard_read(played->events, played->count, &work->kept, &played->heard);
    if (choice->quantise && FINEST % choice->quantise != 0) {
        fault_set(fault, ERR_BAD_REQUEST, "1/%llu is no grid: 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48 or 64 lines a bar",
                  (unsigned long long)choice->quantise);
        return fault_field(fault, "quantise");
    }
    if (choice->quantise)
        heard_quantise(&played->heard, (double)HEARD_STEPS / (double)choice->quantise, choice->strength);
    played->is_chosen = true;
    return heard_choose(&played->heard, (uint32_t)choice->bars, &played->first, fault);
}

enum err kit_played_read(struct work *work, struct kit_played *played, const struct kit_played_choice *choice,
                         struct fault *fault)
{
    const struct streamer_played request = { .from = played->next };

    if (!played->has_all)
        return work_ask(work, "streamer.played", &request, take_page, fault);
    return played->is_chosen ? ERR_OK : choose_bars(work, played, choice, fault);
}
